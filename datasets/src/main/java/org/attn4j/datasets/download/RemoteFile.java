package org.attn4j.datasets.download;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * A file on the network.
 *
 * @param name where it lies in the cache: segments of letters, digits, {@code . _ -}, parted by
 *     {@code /}
 * @param address where it comes from
 * @param sha256 the digest it must have, in hexadecimal, or null if that cannot be known because
 *     the file changes; the digest of the first download is then recorded and holds
 * @param maxBytes the most bytes it may have
 */
public record RemoteFile(String name, URI address, String sha256, long maxBytes) {

    private static final String SEGMENT = "[A-Za-z0-9_][A-Za-z0-9._-]*";

    public RemoteFile {
        Objects.requireNonNull(address, "address");
        Require.that(
                name.matches(SEGMENT + "(/" + SEGMENT + ")*"),
                "not a name for a file in the cache: %s",
                name);
        if (sha256 != null) {
            sha256 = sha256.toLowerCase(Locale.ROOT);
            Require.that(sha256.matches("[0-9a-f]{64}"), "not a sha256 digest: %s", sha256);
        }
        Require.that(maxBytes >= 1, "maxBytes must be at least 1, got %s", maxBytes);
    }
}
