package org.attn4j.common;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.Optional;
import java.util.Set;

/**
 * What a server answered; close it.
 *
 * @param address what was asked for
 * @param status the status code
 * @param headers the headers
 * @param body the bytes, which fail rather than wait for ever
 */
public record Answer(URI address, int status, HttpHeaders headers, InputStream body)
        implements Closeable {

    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /**
     * Returns a header.
     *
     * @param name its name, in whatever letters
     * @return its first value
     */
    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /**
     * Returns whether this is no answer but the position of one.
     *
     * @return whether it redirects
     */
    public boolean isRedirect() {
        return REDIRECTS.contains(status);
    }

    /**
     * Returns whether this redirects by a path alone, within the server.
     *
     * @return whether it does
     */
    public boolean isRelativeRedirect() {
        String location = header("Location").orElse("");
        return isRedirect() && location.startsWith("/") && !location.startsWith("//");
    }

    /** Where this redirects to: by https, or by http if the question was asked so. */
    URI target() throws RefusedException {
        String location = header("Location").orElse("");
        try {
            URI to = address.resolve(location);
            boolean allowed =
                    "https".equals(to.getScheme())
                            || "http".equals(to.getScheme()) && "http".equals(address.getScheme());
            if (!location.isEmpty() && allowed && to.getHost() != null) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new RefusedException(
                address.getHost() + " redirects to where nothing is fetched from: is it right?");
    }

    @Override
    public void close() throws IOException {
        body.close();
    }
}
