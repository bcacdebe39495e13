package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class WebTest {

    private static final Function<URI, Map<String, String>> NO_HEADERS = at -> Map.of();

    /** Java decides with its first client whether passwords go to tunnels. */
    @BeforeAll
    static void readTheEnvironmentFirst() {
        EnvironmentProxies.from(Map.of("HTTPS_PROXY", "http://user:secret@proxy"));
    }

    private static Web web() {
        return new Web(ProxySelector.of(null), Duration.ofMillis(400));
    }

    private static Answer get(Web web, URI address) throws IOException {
        return web.ask("GET", address, NO_HEADERS, to -> true);
    }

    private static LoopbackServer.Answer redirect(String location) {
        return (request, out) ->
                LoopbackServer.send(
                        out,
                        "HTTP/1.1 307 Moved\r\nContent-Length: 0\r\nLocation: %s\r\n\r\n"
                                .formatted(location));
    }

    @Test
    void redirectsAreFollowedAndEachAddressSeesItsOwnHeaders() throws IOException {
        LoopbackServer.Answer answer =
                (request, out) -> {
                    if (request.get(0).startsWith("GET /old ")) {
                        redirect("/new").give(request, out);
                    } else {
                        LoopbackServer.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                    }
                };
        try (LoopbackServer server = new LoopbackServer(answer);
                Answer got =
                        web().ask(
                                        "GET",
                                        server.address("/old"),
                                        at -> Map.of("X-Seen", at.getPath()),
                                        to -> true)) {
            assertEquals("ok", new String(got.body().readAllBytes()));
            assertEquals(server.address("/new"), got.address());
            assertTrue(server.requests().get(0).contains("X-Seen: /old"));
            assertTrue(server.requests().get(1).contains("X-Seen: /new"));
        }
    }

    @Test
    void redirectsInCirclesAndToOtherSchemesAreRefused() throws IOException {
        for (String location : List.of("/old", "file:///etc/passwd", "ftp://x/y", "", "http:///")) {
            try (LoopbackServer server = new LoopbackServer(redirect(location))) {
                assertThrows(
                        RefusedException.class, () -> get(web(), server.address("/old")), location);
                assertTrue(server.requests().size() <= 8);
            }
        }
    }

    @Test
    void aProxyGetsThePasswordForPlainRequests() throws IOException {
        LoopbackServer.Answer answer =
                (request, out) ->
                        LoopbackServer.send(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        try (LoopbackServer proxy = new LoopbackServer(answer)) {
            ProxySelector proxies =
                    EnvironmentProxies.from(
                            Map.of("HTTP_PROXY", "http://user:secret@127.0.0.1:" + proxy.port()));
            get(new Web(proxies, Duration.ofSeconds(5)), URI.create("http://hub.invalid/x"))
                    .close();
            List<String> request = proxy.requests().get(0);
            assertTrue(request.get(0).startsWith("GET http://hub.invalid/x "), request.get(0));
            assertTrue(request.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="));
        }
    }

    @Test
    void aProxyGetsThePasswordForTunnels() throws IOException {
        LoopbackServer.Answer answer =
                (request, out) ->
                        LoopbackServer.send(out, "HTTP/1.1 502 No\r\nContent-Length: 0\r\n\r\n");
        try (LoopbackServer proxy = new LoopbackServer(answer)) {
            ProxySelector proxies =
                    EnvironmentProxies.from(
                            Map.of("HTTPS_PROXY", "http://user:secret@127.0.0.1:" + proxy.port()));
            Web web = new Web(proxies, Duration.ofSeconds(5));
            assertThrows(
                    IOException.class, () -> get(web, URI.create("https://hub.invalid/x")).close());
            List<String> request = proxy.requests().get(0);
            assertTrue(request.get(0).startsWith("CONNECT hub.invalid:443 "), request.get(0));
            assertTrue(request.contains("Proxy-Authorization: Basic dXNlcjpzZWNyZXQ="));
        }
    }

    @Test
    void aProxyThatRefusesIsNamedWithoutThePassword() throws IOException {
        LoopbackServer.Answer answer =
                (request, out) ->
                        LoopbackServer.send(
                                out,
                                "HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");
        try (LoopbackServer proxy = new LoopbackServer(answer)) {
            String at = "127.0.0.1:" + proxy.port();
            for (String scheme : List.of("http", "https")) {
                String variable = scheme.equals("http") ? "HTTP_PROXY" : "HTTPS_PROXY";
                for (String user : List.of("", "user:secret@")) {
                    Web web =
                            new Web(
                                    EnvironmentProxies.from(
                                            Map.of(variable, "http://" + user + at)),
                                    Duration.ofSeconds(5));
                    RefusedException e =
                            assertThrows(
                                    RefusedException.class,
                                    () -> get(web, URI.create(scheme + "://hub.invalid/x")));
                    assertTrue(
                            e.getMessage().startsWith("the proxy of " + variable + ", " + at + ","),
                            e.getMessage());
                    assertFalse(e.getMessage().contains("secret"), e.getMessage());
                }
            }
        }
    }

    @Test
    void aServerThatAnswersNothingIsGivenUp() throws IOException {
        LoopbackServer.Answer answer = (request, out) -> Thread.sleep(60_000);
        try (LoopbackServer server = new LoopbackServer(answer)) {
            assertThrows(IOException.class, () -> get(web(), server.address("/x")));
        }
    }

    /** A byte now and then is not enough, in headers and in bytes; silence is not either. */
    @Test
    void aServerThatDripsIsGivenUp() throws IOException {
        for (String head :
                List.of(
                        "HTTP/1.1 200 OK\r\nX-Endless: ",
                        "HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n",
                        "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")) {
            for (int pause : new int[] {50, 60_000}) {
                LoopbackServer.Answer drip =
                        (request, out) -> {
                            LoopbackServer.send(out, head);
                            while (true) {
                                LoopbackServer.send(out, "a");
                                Thread.sleep(pause);
                            }
                        };
                try (LoopbackServer server = new LoopbackServer(drip)) {
                    IOException e =
                            assertThrows(
                                    IOException.class,
                                    () -> {
                                        try (Answer got = get(web(), server.address("/x"))) {
                                            got.body().readAllBytes();
                                        }
                                    });
                    assertFalse(e instanceof RefusedException, e.getMessage());
                }
            }
        }
    }

    @Test
    void aSlowButSteadyServerIsWaitedFor() throws IOException {
        LoopbackServer.Answer slow =
                (request, out) -> {
                    LoopbackServer.send(out, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
                    for (int i = 0; i < 10; i++) {
                        LoopbackServer.send(out, "a".repeat(1000));
                        Thread.sleep(100);
                    }
                };
        try (LoopbackServer server = new LoopbackServer(slow);
                Answer got =
                        get(
                                new Web(ProxySelector.of(null), Duration.ofMillis(900)),
                                server.address("/x"))) {
            assertEquals(10_000, got.body().readAllBytes().length);
        }
    }
}
