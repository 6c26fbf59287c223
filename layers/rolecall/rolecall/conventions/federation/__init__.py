"""Conventions about identities of others who come in through web identity, Cognito, SAML or the console."""  # noqa: E501
