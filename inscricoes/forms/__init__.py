"""Os formulários leem e conferem; quem age são os serviços."""
