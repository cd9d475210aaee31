package io.quittance.app;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/** Whether the doors can open at an address and a port. */
final class HttpPort {

    private HttpPort() {}

    /**
     * Asked before anything is started, so that the answer comes at once and nothing has to be stopped again.
     *
     * @throws Trouble in one sentence if they cannot
     */
    static void require(String address, int port) {
        if (port < 0 || port > 65_535) {
            throw Trouble.wrongUsage("There is no port " + port + "; ports are 0 to 65535.");
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getByName(address), port));
        } catch (UnknownHostException unknown) {
            throw Trouble.wrongUsage("There is no address \"" + address + "\" to listen on.");
        } catch (IOException taken) {
            throw Trouble.machineLacks("Port " + port + " at " + address + " cannot be had (" + taken.getMessage()
                    + "); choose another one with --port, or 0 for a free one.");
        }
    }
}
