package org.attn4j.common;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EnvironmentProxiesTest {

    private static final URI HUB = URI.create("https://hub.example/x");

    private static Proxy proxy(ProxySelector proxies, String address) {
        return proxies.select(URI.create(address)).get(0);
    }

    @Test
    void eachSchemeHasItsProxy() {
        ProxySelector proxies =
                EnvironmentProxies.from(
                        Map.of("HTTPS_PROXY", "http://one:3128", "ALL_PROXY", "other_host:99/"));
        assertEquals(
                InetSocketAddress.createUnresolved("one", 3128),
                proxy(proxies, "https://hub.example/x").address());
        assertEquals(
                InetSocketAddress.createUnresolved("other_host", 99),
                proxy(proxies, "http://hub.example/x").address());
    }

    @Test
    void smallLettersGoBeforeCapitalsEvenWhereTheyUnset() {
        ProxySelector proxies =
                EnvironmentProxies.from(
                        Map.of(
                                "HTTPS_PROXY", "http://one",
                                "https_proxy", "http://two",
                                "HTTP_PROXY", "http://one",
                                "http_proxy", ""));
        assertEquals(
                InetSocketAddress.createUnresolved("two", 80),
                proxy(proxies, "https://hub.example/x").address());
        assertEquals(Proxy.NO_PROXY, proxy(proxies, "http://hub.example/x"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://localhost/",
                "https://a.example.org/",
                "https://example.org/",
                "https://[::1]/",
                "https://10.0.0.1/",
                "https://ported/",
            })
    void exceptionsAreAskedDirectly(String address) {
        ProxySelector proxies =
                EnvironmentProxies.from(
                        Map.of(
                                "https_proxy", "http://proxy",
                                "NO_PROXY", "localhost, .example.org,::1,10.0.0.1,ported:443"));
        assertEquals(List.of(Proxy.NO_PROXY), proxies.select(URI.create(address)));
        assertEquals(
                Optional.empty(), EnvironmentProxies.authorization(proxies, URI.create(address)));
        assertFalse(proxies.select(URI.create("https://notexample.org/")).contains(Proxy.NO_PROXY));
    }

    @ParameterizedTest
    @CsvSource({
        "http://user:secret@proxy:3128, user:secret",
        "user:secret@proxy, user:secret",
        "http://user@proxy:3128, user:",
        "http://us%40er:s%3Acr%2Bet+@proxy, us@er:s:cr+et+",
        "http://dom\\user:p@ss@proxy, dom\\user:p@ss",
        "http://user:100%@proxy, user:100%",
        "http://ü:ß@proxy, ü:ß",
    })
    void userAndPasswordAreSent(String address, String expected) {
        ProxySelector proxies = EnvironmentProxies.from(Map.of("HTTPS_PROXY", address));
        String header = EnvironmentProxies.authorization(proxies, HUB).orElseThrow();
        byte[] sent = Base64.getDecoder().decode(header.replaceFirst("^Basic ", ""));
        assertEquals(expected, new String(sent, StandardCharsets.UTF_8));
        assertEquals("", System.getProperty("jdk.http.auth.tunneling.disabledSchemes"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socks5://user:secret@proxy",
                "https://user:secret@proxy",
                "http://user:secret@",
                "http://user:secret@proxy:99999",
                "http://user:secret@pro xy",
            })
    void whatIsNoHttpProxyIsRefusedWithoutThePassword(String address) {
        IllegalArgumentException e =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> EnvironmentProxies.from(Map.of("ALL_PROXY", address)));
        assertTrue(e.getMessage().startsWith("ALL_PROXY must be"), e.getMessage());
        assertFalse(e.getMessage().contains("secret"), e.getMessage());
        assertEquals(null, e.getCause());
    }
}
