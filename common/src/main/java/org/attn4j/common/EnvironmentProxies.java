package org.attn4j.common;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The proxies that {@code HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY} and {@code NO_PROXY}
 * name, in capitals or not, as most programs beside Java read them, with user and password. Where
 * they name none, Java's own properties hold.
 */
public final class EnvironmentProxies extends ProxySelector {

    private static final List<Proxy> DIRECT = List.of(Proxy.NO_PROXY);

    /** Scheme, user with password, host, port: looser than a URI, whose hosts have no '_'. */
    private static final Pattern ADDRESS =
            Pattern.compile(
                    "(?:(\\w+)://)?(?:(.*)@)?(\\[[0-9a-fA-F:.]+]|[\\w.-]+)(?::(\\d{1,5}))?/?");

    /**
     * Java sends no password to a proxy that tunnels https unless this is empty, and reads it once.
     */
    private static final String NOT_IN_TUNNELS = "jdk.http.auth.tunneling.disabledSchemes";

    private final Way https;
    private final Way http;
    private final List<String> exceptions;

    /** A proxy, and what lets us through it; not a record, which would print the latter. */
    private static final class Way {

        private final String variable;
        private final Proxy proxy;
        private final String authorization; // null for none

        Way(String variable, Proxy proxy, String authorization) {
            this.variable = variable;
            this.proxy = proxy;
            this.authorization = authorization;
        }
    }

    private EnvironmentProxies(Way https, Way http, List<String> exceptions) {
        this.https = https;
        this.http = http;
        this.exceptions = exceptions;
    }

    /**
     * Reads the proxies of an environment.
     *
     * @param environment the variables
     * @return the proxies
     * @throws IllegalArgumentException if a variable holds no address of an HTTP proxy; the message
     *     does not show it, for it may hold a password
     */
    public static ProxySelector from(Map<String, String> environment) {
        Way https = way(environment, "HTTPS_PROXY");
        Way http = way(environment, "HTTP_PROXY");
        if (https.proxy == Proxy.NO_PROXY && http.proxy == Proxy.NO_PROXY) {
            ProxySelector fromProperties = ProxySelector.getDefault();
            return fromProperties == null ? ProxySelector.of(null) : fromProperties;
        }
        if (https.authorization != null && System.getProperty(NOT_IN_TUNNELS) == null) {
            // Whoever puts a password into the variable wants it sent.
            System.setProperty(NOT_IN_TUNNELS, "");
        }
        List<String> exceptions =
                Stream.of(value(environment, "NO_PROXY").split(","))
                        .map(name -> name.strip().toLowerCase(Locale.ROOT))
                        .filter(name -> !name.isEmpty())
                        .toList();
        return new EnvironmentProxies(https, http, exceptions);
    }

    private static Way way(Map<String, String> environment, String name) {
        String own = value(environment, name);
        return own.isEmpty() ? way("ALL_PROXY", value(environment, "ALL_PROXY")) : way(name, own);
    }

    /** A variable in small letters goes before the one in capitals, even if it is empty. */
    private static String value(Map<String, String> environment, String name) {
        String capitals = environment.getOrDefault(name, "");
        return environment.getOrDefault(name.toLowerCase(Locale.ROOT), capitals).strip();
    }

    private static Way way(String variable, String address) {
        if (address.isEmpty()) {
            return new Way(variable, Proxy.NO_PROXY, null);
        }
        Matcher parts = ADDRESS.matcher(address);
        boolean known =
                parts.matches()
                        && (parts.group(1) == null || parts.group(1).equalsIgnoreCase("http"));
        int port = known && parts.group(4) != null ? Integer.parseInt(parts.group(4)) : 80;
        Require.that(
                known && port <= 0xffff,
                "%s must be the address of an HTTP proxy, such as http://proxy:3128 or"
                        + " http://user:password@proxy:3128",
                variable);
        return new Way(
                variable,
                new Proxy(
                        Proxy.Type.HTTP, InetSocketAddress.createUnresolved(parts.group(3), port)),
                parts.group(2) == null ? null : basic(parts.group(2)));
    }

    private static String basic(String userinfo) {
        int colon = userinfo.indexOf(':');
        String user = decoded(colon < 0 ? userinfo : userinfo.substring(0, colon));
        String password = colon < 0 ? "" : decoded(userinfo.substring(colon + 1));
        byte[] both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(both);
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text; // a password with a '%' that nobody encoded
        }
    }

    /** The header that lets a request to this address through its proxy. */
    static Optional<String> authorization(ProxySelector proxies, URI address) {
        return proxies instanceof EnvironmentProxies own
                ? own.way(address).map(way -> way.authorization)
                : Optional.empty();
    }

    /** What to say when the proxy of an address wants to know who asks. */
    static String refusal(ProxySelector proxies, URI address) {
        Way way = proxies instanceof EnvironmentProxies own ? own.way(address).orElse(null) : null;
        if (way == null) {
            return "the proxy before "
                    + address.getHost()
                    + " wants a user and a password: set HTTPS_PROXY to http://user:password@proxy:port";
        }
        String mend = "check them";
        if (way.authorization == null) {
            mend = "set it to http://user:password@proxy:port";
        } else if ("https".equals(address.getScheme())) {
            mend =
                    "check them; in a program that used Java's HTTP client before, start Java with -D"
                            + NOT_IN_TUNNELS
                            + "=";
        }
        InetSocketAddress place = (InetSocketAddress) way.proxy.address();
        return "the proxy of %s, %s:%s, wants a user and a password, or other ones: %s"
                .formatted(way.variable, place.getHostString(), place.getPort(), mend);
    }

    private Optional<Way> way(URI address) {
        String host = address.getHost() == null ? "" : address.getHost().toLowerCase(Locale.ROOT);
        boolean direct = exceptions.stream().anyMatch(name -> excepts(name, host));
        Way way = "https".equals(address.getScheme()) ? https : http;
        return direct || way.proxy == Proxy.NO_PROXY ? Optional.empty() : Optional.of(way);
    }

    @Override
    public List<Proxy> select(URI address) {
        return way(address).map(way -> List.of(way.proxy)).orElse(DIRECT);
    }

    /** {@code example.org} and {@code .example.org} except the host and all below it. */
    private static boolean excepts(String name, String host) {
        String address = host.replaceAll("^\\[|]$", "");
        String plain = name.replaceAll("^[*]?[.]", "").replaceAll("^([^:]*):\\d+$", "$1");
        plain = plain.replaceAll("^\\[(.*)](:\\d+)?$", "$1");
        return name.equals("*") || address.equals(plain) || address.endsWith("." + plain);
    }

    @Override
    public void connectFailed(URI address, SocketAddress proxy, IOException e) {
        // The request itself fails, and says so.
    }
}
