package io.quittance.intake.http;

import io.quittance.domain.intake.Client;
import java.util.List;
import org.springframework.security.authentication.AbstractAuthenticationToken;

/** A request whose key is known. The scopes are asked of the client itself, where the door knows what it is about. */
final class ClientAuthentication extends AbstractAuthenticationToken {
    private static final long serialVersionUID = 1L;
    private final transient Client client;

    ClientAuthentication(Client client) {
        super(List.of());
        this.client = client;
        setAuthenticated(true);
    }

    @Override
    public Client getPrincipal() {
        return client;
    }

    @Override
    public Object getCredentials() {
        return "";
    }
}
