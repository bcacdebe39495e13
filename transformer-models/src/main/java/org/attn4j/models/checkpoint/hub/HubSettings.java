package org.attn4j.models.checkpoint.hub;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.attn4j.common.EnvironmentPaths;
import org.attn4j.common.EnvironmentProxies;
import org.attn4j.common.Require;

/**
 * Where the Hub is, where its files are kept and how to ask for them.
 *
 * <p>The environment is read as Python's {@code huggingface_hub} reads it, so that both use the
 * same folder: {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}; {@code HF_ENDPOINT};
 * {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}; {@code
 * HF_HUB_OFFLINE}, {@code TRANSFORMERS_OFFLINE}; {@code HF_HUB_DOWNLOAD_TIMEOUT}; {@code
 * HTTPS_PROXY}, {@code HTTP_PROXY}, {@code ALL_PROXY}, {@code NO_PROXY}. In folders and files
 * {@code ~}, {@code $NAME} and {@code ${NAME}} are read as there.
 *
 * @param endpoint the address of the Hub
 * @param cache the folder that holds the models
 * @param token proof of who asks, for private and gated models; null for nobody. It is sent to the
 *     endpoint alone, and never in the clear except to this machine
 * @param offline whether only the cache may be used
 * @param stall how long the other end may be silent, in whole
 * @param attempts how often a request that gets nowhere is made
 * @param firstPause the pause after the first of them, which doubles each time
 * @param proxies the way to the network
 */
public record HubSettings(
        URI endpoint,
        Path cache,
        String token,
        boolean offline,
        Duration stall,
        int attempts,
        Duration firstPause,
        ProxySelector proxies) {

    private static final URI HUB = URI.create("https://huggingface.co");
    private static final long MAX_TOKEN_BYTES = 10_000;

    public HubSettings {
        Objects.requireNonNull(cache, "cache");
        Objects.requireNonNull(stall, "stall");
        Objects.requireNonNull(firstPause, "firstPause");
        Objects.requireNonNull(proxies, "proxies");
        String scheme = endpoint.getScheme();
        if (endpoint.getHost() == null
                || endpoint.getUserInfo() != null
                || !("https".equals(scheme) || "http".equals(scheme))) {
            throw notAnAddress(endpoint.toString());
        }
        Require.that(
                token == null || token.matches("[\\x21-\\x7e]+"),
                "a token must be one word of ASCII letters, digits and signs: mend"
                        + " HF_TOKEN or the file of the token");
        Require.that(attempts >= 1, "attempts must be at least 1, got %s", attempts);
    }

    /**
     * Reads the settings of this process.
     *
     * @return the settings
     * @throws IllegalArgumentException if a variable holds what it cannot
     */
    public static HubSettings fromEnvironment() {
        return from(System.getenv(), Path.of(System.getProperty("user.home")));
    }

    static HubSettings from(Map<String, String> environment, Path home) {
        EnvironmentPaths paths = new EnvironmentPaths(environment, home);
        String endpoint = text(environment, "HF_ENDPOINT", HUB.toString()).replaceAll("/+$", "");
        String offlineWord =
                text(environment, "HF_HUB_OFFLINE", text(environment, "TRANSFORMERS_OFFLINE", ""));
        boolean offline = isTrue(offlineWord);
        return new HubSettings(
                address(endpoint),
                cache(paths),
                token(environment, paths),
                offline,
                Duration.ofSeconds(seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT", 10)),
                5,
                Duration.ofSeconds(1),
                offline ? ProxySelector.of(null) : EnvironmentProxies.from(environment));
    }

    /**
     * Returns these settings with another cache folder.
     *
     * @param folder the folder
     * @return the settings
     */
    public HubSettings withCache(Path folder) {
        return new HubSettings(
                endpoint, folder, token, offline, stall, attempts, firstPause, proxies);
    }

    /**
     * Returns these settings with the network allowed or not.
     *
     * @param only whether only the cache may be used
     * @return the settings
     */
    public HubSettings withOffline(boolean only) {
        return new HubSettings(endpoint, cache, token, only, stall, attempts, firstPause, proxies);
    }

    /** Whether a request to this address may carry the token. */
    boolean trusts(URI address) {
        boolean sameServer =
                endpoint.getScheme().equals(address.getScheme())
                        && endpoint.getHost().equalsIgnoreCase(address.getHost())
                        && endpoint.getPort() == address.getPort();
        return sameServer && (endpoint.getScheme().equals("https") || isLoopback());
    }

    private boolean isLoopback() {
        String host = endpoint.getHost();
        return host.equals("localhost") || host.equals("[::1]") || host.startsWith("127.");
    }

    /** A setting, never the token, for logs and error messages. */
    @Override
    public String toString() {
        return "the Hub at " + endpoint + ", cache " + cache + (offline ? ", offline" : "");
    }

    private static Path hubHome(EnvironmentPaths paths) {
        Path own = paths.path("HF_HOME");
        if (own != null) {
            return own;
        }
        Path caches = paths.path("XDG_CACHE_HOME");
        return (caches == null ? paths.home().resolve(".cache") : caches).resolve("huggingface");
    }

    private static Path cache(EnvironmentPaths paths) {
        for (String name : List.of("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE")) {
            Path own = paths.path(name);
            if (own != null) {
                return own;
            }
        }
        return hubHome(paths).resolve("hub");
    }

    private static String token(Map<String, String> environment, EnvironmentPaths paths) {
        if (isTrue(environment.get("HF_HUB_DISABLE_IMPLICIT_TOKEN"))) {
            return null;
        }
        String given =
                cleaned(
                        text(
                                environment,
                                "HF_TOKEN",
                                text(environment, "HUGGING_FACE_HUB_TOKEN", "")));
        return given != null ? given : keptToken(paths);
    }

    private static String keptToken(EnvironmentPaths paths) {
        Path own = paths.path("HF_TOKEN_PATH");
        Path file = own != null ? own : hubHome(paths).resolve("token");
        try {
            boolean readable = Files.isRegularFile(file) && Files.size(file) <= MAX_TOKEN_BYTES;
            return readable ? cleaned(Files.readString(file)) : null;
        } catch (IOException e) {
            return null; // public models need none
        }
    }

    /** Line ends are no part of a token, wherever they stand. */
    private static String cleaned(String token) {
        String text = token.replaceAll("[\\r\\n]", "").strip();
        return text.isEmpty() ? null : text;
    }

    private static String text(Map<String, String> environment, String name, String otherwise) {
        String value = environment.getOrDefault(name, "");
        return value.isBlank() ? otherwise : value;
    }

    private static boolean isTrue(String word) {
        return word != null && word.toLowerCase(Locale.ROOT).matches("1|on|yes|true");
    }

    /** As in Python, 0 means the usual value. */
    private static int seconds(Map<String, String> environment, String name, int otherwise) {
        String value = text(environment, name, "0").strip();
        Require.that(
                value.matches("\\d{1,5}"),
                "%s must be a whole number of seconds, got '%s'",
                name,
                value);
        int seconds = Integer.parseInt(value);
        return seconds == 0 ? otherwise : seconds;
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) { // whose message would show a password
            throw notAnAddress(text);
        }
    }

    private static IllegalArgumentException notAnAddress(String text) {
        return new IllegalArgumentException(
                "the Hub's address must be https:// or http://, a host and a path, without a user or a password, got '"
                        + text.replaceFirst("^([^@]*//)?.*@", "$1…@")
                        + "': mend HF_ENDPOINT, and give a token in HF_TOKEN");
    }
}
