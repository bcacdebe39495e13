package org.attn4j.datasets.download;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;

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

    /** {@inheritDoc} */
    public RemoteFile {
        Objects.requireNonNull(address, "address");
        if (!name.matches(SEGMENT + "(/" + SEGMENT + ")*")) {
            throw new IllegalArgumentException("not a name for a file in the cache: " + name);
        }
        if (sha256 != null) {
            sha256 = sha256.toLowerCase(Locale.ROOT);
            if (!sha256.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("not a sha256 digest: " + sha256);
            }
        }
        if (maxBytes < 1) {
            throw new IllegalArgumentException("maxBytes must be at least 1, got " + maxBytes);
        }
    }
}
