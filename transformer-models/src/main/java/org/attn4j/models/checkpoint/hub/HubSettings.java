package org.attn4j.models.checkpoint.hub;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * Where the Hub is, where its files are kept and how to ask for them.
 *
 * <p>The environment is read as Python's {@code huggingface_hub} reads it, so that both use the
 * same folder: {@code HF_HUB_CACHE}, {@code HF_HOME}, {@code XDG_CACHE_HOME}; {@code HF_ENDPOINT};
 * {@code HF_TOKEN}, {@code HF_TOKEN_PATH}, {@code HF_HUB_DISABLE_IMPLICIT_TOKEN}; {@code
 * HF_HUB_OFFLINE}, {@code TRANSFORMERS_OFFLINE}; {@code HF_HUB_DOWNLOAD_TIMEOUT}; {@code
 * HTTPS_PROXY}, {@code HTTP_PROXY}, {@code NO_PROXY}.
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

    /** {@inheritDoc} */
    public HubSettings {
        Objects.requireNonNull(cache, "cache");
        Objects.requireNonNull(stall, "stall");
        Objects.requireNonNull(firstPause, "firstPause");
        Objects.requireNonNull(proxies, "proxies");
        String scheme = endpoint.getScheme();
        if (endpoint.getHost() == null || !("https".equals(scheme) || "http".equals(scheme))) {
            throw new IllegalArgumentException(
                    "the Hub's address must begin with https:// or http://, got '"
                            + endpoint
                            + "': mend HF_ENDPOINT");
        }
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, got " + attempts);
        }
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
        String endpoint = text(environment, "HF_ENDPOINT", HUB.toString()).replaceAll("/+$", "");
        Path hubHome = hubHome(environment, home);
        String cache =
                text(environment, "HUGGINGFACE_HUB_CACHE", hubHome.resolve("hub").toString());
        return new HubSettings(
                address(endpoint),
                Path.of(text(environment, "HF_HUB_CACHE", cache)),
                token(environment, hubHome),
                flag(environment, "HF_HUB_OFFLINE") || flag(environment, "TRANSFORMERS_OFFLINE"),
                Duration.ofSeconds(seconds(environment, "HF_HUB_DOWNLOAD_TIMEOUT", 10)),
                5,
                Duration.ofSeconds(1),
                EnvironmentProxies.from(environment));
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

    private static Path hubHome(Map<String, String> environment, Path home) {
        String caches = text(environment, "XDG_CACHE_HOME", home.resolve(".cache").toString());
        return expanded(
                text(environment, "HF_HOME", Path.of(caches, "huggingface").toString()), home);
    }

    private static Path expanded(String path, Path home) {
        return path.equals("~") || path.startsWith("~/")
                ? home.resolve(path.substring(Math.min(2, path.length())))
                : Path.of(path);
    }

    private static String token(Map<String, String> environment, Path hubHome) {
        String given =
                text(environment, "HF_TOKEN", text(environment, "HUGGING_FACE_HUB_TOKEN", ""));
        if (!given.isBlank()) {
            return given.strip();
        }
        if (flag(environment, "HF_HUB_DISABLE_IMPLICIT_TOKEN")) {
            return null;
        }
        Path file =
                Path.of(text(environment, "HF_TOKEN_PATH", hubHome.resolve("token").toString()));
        try {
            if (!Files.isRegularFile(file) || Files.size(file) > MAX_TOKEN_BYTES) {
                return null;
            }
            String kept = Files.readString(file).strip();
            return kept.isEmpty() ? null : kept;
        } catch (IOException e) {
            return null; // public models need none
        }
    }

    private static String text(Map<String, String> environment, String name, String otherwise) {
        String value = environment.getOrDefault(name, "");
        return value.isBlank() ? otherwise : value;
    }

    private static boolean flag(Map<String, String> environment, String name) {
        return environment
                .getOrDefault(name, "")
                .toLowerCase(java.util.Locale.ROOT)
                .matches("1|on|yes|true");
    }

    private static int seconds(Map<String, String> environment, String name, int otherwise) {
        String value = text(environment, name, String.valueOf(otherwise));
        if (!value.matches("[1-9]\\d{0,4}")) {
            throw new IllegalArgumentException(
                    name + " must be a whole number of seconds, got '" + value + "'");
        }
        return Integer.parseInt(value);
    }

    private static URI address(String text) {
        try {
            return URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "the Hub's address '" + text + "' is none: mend HF_ENDPOINT", e);
        }
    }
}
