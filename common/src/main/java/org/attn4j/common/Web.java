package org.attn4j.common;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Asks servers for files.
 *
 * <p>Redirects are followed by hand: the caller says for each address which headers it may see, and
 * nothing goes from https to http. Each wait has an end: for the connection, for the headers of an
 * answer, and for its bytes ({@link SteadyInputStream}).
 */
public final class Web {

    private static final int MOST_REDIRECTS = 8;

    private final ProxySelector proxies;
    private final Duration patience;
    private final HttpClient client;

    /**
     * Creates a way to the network.
     *
     * @param proxies the proxies, with their passwords if they are {@link EnvironmentProxies}
     * @param patience how long the other end may be silent
     */
    public Web(ProxySelector proxies, Duration patience) {
        this.proxies = proxies;
        this.patience = patience;
        client =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(proxies)
                        .connectTimeout(patience)
                        .build();
    }

    /**
     * Asks for something, and follows redirects.
     *
     * @param method {@code GET} or {@code HEAD}
     * @param address where to ask
     * @param headers the headers that an address may see
     * @param followed which redirects are followed; one that is not is the answer
     * @return the answer, whatever its status
     * @throws RefusedException if the redirects do not end, or a proxy refuses
     * @throws IOException if the server cannot be reached, or says nothing in time
     */
    public Answer ask(
            String method,
            URI address,
            Function<URI, Map<String, String>> headers,
            Predicate<Answer> followed)
            throws IOException {
        URI at = address;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            Answer answer = send(method, at, headers.apply(at));
            if (answer.status() == 407) {
                answer.close();
                throw new RefusedException(EnvironmentProxies.refusal(proxies, at));
            }
            if (!answer.isRedirect() || !followed.test(answer)) {
                return answer;
            }
            answer.close();
            at = answer.target();
        }
        throw new RefusedException(
                address.getHost() + " redirects without an end: is its address right?");
    }

    private Answer send(String method, URI address, Map<String, String> headers)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .timeout(patience)
                        .header("User-Agent", "attn4j")
                        .header("Accept-Encoding", "identity")
                        .method(method, HttpRequest.BodyPublishers.noBody());
        headers.forEach(request::setHeader);
        EnvironmentProxies.authorization(proxies, address)
                .ifPresent(value -> request.setHeader("Proxy-Authorization", value));
        try {
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            InputStream body = response.body(); // null if a proxy refuses a tunnel
            return new Answer(
                    address,
                    response.statusCode(),
                    response.headers(),
                    new SteadyInputStream(
                            body == null ? InputStream.nullInputStream() : body, patience));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted: run it again to go on");
        }
    }
}
