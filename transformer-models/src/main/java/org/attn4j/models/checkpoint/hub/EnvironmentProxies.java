package org.attn4j.models.checkpoint.hub;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The proxies that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}
 * name, in capitals or not, as most programs beside Java read them. Where they name none, Java's
 * own properties hold.
 */
final class EnvironmentProxies extends ProxySelector {

    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    private final Proxy https;
    private final Proxy http;
    private final List<String> exceptions;

    private EnvironmentProxies(Proxy https, Proxy http, List<String> exceptions) {
        this.https = https;
        this.http = http;
        this.exceptions = exceptions;
    }

    static ProxySelector from(Map<String, String> environment) {
        String all = value(environment, "ALL_PROXY");
        String https = value(environment, "HTTPS_PROXY");
        String http = value(environment, "HTTP_PROXY");
        if ((all + https + http).isEmpty()) {
            ProxySelector fromProperties = ProxySelector.getDefault();
            return fromProperties == null ? ProxySelector.of(null) : fromProperties;
        }
        List<String> exceptions =
                Stream.of(value(environment, "NO_PROXY").split(","))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .filter(name -> !name.isEmpty())
                        .toList();
        return new EnvironmentProxies(
                proxy("HTTPS_PROXY", https.isEmpty() ? all : https),
                proxy("HTTP_PROXY", http.isEmpty() ? all : http),
                exceptions);
    }

    private static String value(Map<String, String> environment, String name) {
        String small = environment.getOrDefault(name.toLowerCase(Locale.ROOT), "").strip();
        return small.isEmpty() ? environment.getOrDefault(name, "").strip() : small;
    }

    private static Proxy proxy(String variable, String address) {
        if (address.isEmpty()) {
            return Proxy.NO_PROXY;
        }
        try {
            URI uri = URI.create(address.contains("://") ? address : "http://" + address);
            if (uri.getHost() != null && uri.getScheme().startsWith("http")) {
                int port = uri.getPort() < 0 ? 80 : uri.getPort();
                return new Proxy(
                        Proxy.Type.HTTP, InetSocketAddress.createUnresolved(uri.getHost(), port));
            }
        } catch (IllegalArgumentException e) {
            // Said below, without the address: it may hold a password.
        }
        throw new IllegalArgumentException(
                variable + " must be the address of an HTTP proxy, such as http://proxy:3128");
    }

    @Override
    public List<Proxy> select(URI address) {
        String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
        if (exceptions.stream().anyMatch(name -> excepts(name, host))) {
            return DIRECT;
        }
        return List.of("https".equals(address.getScheme()) ? https : http);
    }

    /** {@code example.org} and {@code .example.org} except the host and all below it. */
    private static boolean excepts(String name, String host) {
        String plain = name.replaceAll("^[*]?[.]", "").replaceAll(":\\d+$", "");
        return name.equals("*") || host.equals(plain) || host.endsWith("." + plain);
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException e) {
        // The request itself fails, and says so.
    }
}
