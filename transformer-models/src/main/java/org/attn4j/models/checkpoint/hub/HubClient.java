package org.attn4j.models.checkpoint.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Hub's three questions: which files a model has, what one of them is, and its bytes.
 *
 * <p>Faults of the network and the server are tried again. Redirects are followed by hand, so that
 * the token goes to the Hub's own address alone and nothing goes from https to http.
 */
final class HubClient {

    private static final Logger LOGGER = LoggerFactory.getLogger(HubClient.class);

    private static final int MOST_REDIRECTS = 8;
    private static final int MOST_LISTING_BYTES = 32 << 20;
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private final HubSettings settings;
    private final HttpClient client;

    HubClient(HubSettings settings) {
        this.settings = settings;
        client =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .proxy(settings.proxies())
                        .connectTimeout(settings.stall())
                        .build();
    }

    /** A model's commit and the names of its files. */
    record Listing(String commit, List<String> files) {}

    Listing list(HubModel model) throws IOException {
        URI address =
                address("/api/models/" + model.id() + "/revision/" + encoded(model.revision()));
        return retrying(
                address,
                () -> {
                    HttpResponse<InputStream> response = send("GET", address, 0);
                    try (InputStream body = response.body()) {
                        requireFound(model, "", response);
                        return listing(model, body.readNBytes(MOST_LISTING_BYTES + 1));
                    }
                });
    }

    private static Listing listing(HubModel model, byte[] bytes) throws HubException {
        try {
            if (bytes.length <= MOST_LISTING_BYTES) {
                JsonObject json =
                        JsonParser.parseString(new String(bytes, StandardCharsets.UTF_8))
                                .getAsJsonObject();
                List<String> files = new ArrayList<>();
                for (JsonElement sibling : json.getAsJsonArray("siblings")) {
                    files.add(sibling.getAsJsonObject().get("rfilename").getAsString());
                }
                String commit = json.get("sha").getAsString();
                if (commit.matches("[0-9a-f]{40}")) {
                    return new Listing(commit, files);
                }
            }
        } catch (JsonParseException
                | IllegalStateException
                | NullPointerException
                | ClassCastException
                | UnsupportedOperationException e) {
            // Said below.
        }
        throw new HubException(
                "the server's list of the files of "
                        + model
                        + " cannot be read: is HF_ENDPOINT the address of a Hub?");
    }

    /** Asks what a file is, without its bytes. */
    HubFile describe(HubModel model, String name) throws IOException {
        URI address = resolve(model, name);
        return retrying(
                address,
                () -> {
                    HttpResponse<InputStream> response = head(address);
                    response.body().close();
                    requireFound(model, name, response);
                    return described(name, response.headers(), address);
                });
    }

    /** Follows redirects within the Hub (a renamed model), not those to where the bytes lie. */
    private HttpResponse<InputStream> head(URI address) throws IOException {
        URI at = address;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            HttpResponse<InputStream> response = send("HEAD", at, 0);
            boolean renamed =
                    isRedirect(response)
                            && response.headers().firstValue("X-Repo-Commit").isEmpty();
            if (!renamed) {
                return response;
            }
            at = target(at, response);
        }
        throw new HubException(address + " redirects without an end: is HF_ENDPOINT right?");
    }

    private HubFile described(String name, HttpHeaders headers, URI address) throws HubException {
        String etag =
                headers.firstValue("X-Linked-Etag")
                        .or(() -> headers.firstValue("ETag"))
                        .orElse("")
                        .replaceFirst("^W/", "")
                        .replaceAll("^\"|\"$", "");
        String size =
                headers.firstValue("X-Linked-Size")
                        .or(() -> headers.firstValue("Content-Length"))
                        .filter(text -> text.matches("\\d{1,18}"))
                        .orElse("-1");
        String commit = headers.firstValue("X-Repo-Commit").orElse("");
        try {
            return new HubFile(name, commit, etag, Long.parseLong(size));
        } catch (IllegalArgumentException e) {
            throw new HubException(
                    address
                            + " answers without the commit and the digest of the file: is HF_ENDPOINT the address of a Hub?",
                    e);
        }
    }

    /** Opens the bytes of a file from a place on; the answer is 200, 206 or 416. */
    HttpResponse<InputStream> open(HubModel model, HubFile file, long from) throws IOException {
        URI at = resolve(model.at(file.commit()), file.name());
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            HttpResponse<InputStream> response = send("GET", at, from);
            if (!isRedirect(response)) {
                boolean usable = List.of(200, 206, 416).contains(response.statusCode());
                if (!usable) {
                    response.body().close();
                    requireFound(model, file.name(), response);
                    throw new IOException("the server answered " + response.statusCode());
                }
                return response;
            }
            response.body().close();
            at = target(at, response);
        }
        throw new HubException(at + " redirects without an end: try again later");
    }

    private static boolean isRedirect(HttpResponse<?> response) {
        return List.of(301, 302, 303, 307, 308).contains(response.statusCode());
    }

    private static URI target(URI from, HttpResponse<?> response) throws HubException {
        String location = response.headers().firstValue("Location").orElse("");
        try {
            URI to = from.resolve(location);
            boolean allowed =
                    "https".equals(to.getScheme())
                            || "http".equals(to.getScheme()) && "http".equals(from.getScheme());
            if (!location.isEmpty() && allowed && to.getHost() != null) {
                return to;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw new HubException(
                from.getHost()
                        + " redirects to where nothing is fetched from: is HF_ENDPOINT right?");
    }

    private HttpResponse<InputStream> send(String method, URI address, long from)
            throws IOException {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(address)
                        .timeout(settings.stall())
                        .header("User-Agent", "attn4j")
                        .header("Accept-Encoding", "identity")
                        .method(method, HttpRequest.BodyPublishers.noBody());
        if (from > 0) {
            request.header("Range", "bytes=" + from + "-");
        }
        if (settings.token() != null && settings.trusts(address)) {
            request.header("Authorization", "Bearer " + settings.token());
        }
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("the download was interrupted: run it again to go on", e);
        }
    }

    /** Throws for every answer that is no success: a {@link HubException} if it is final. */
    private void requireFound(HubModel model, String name, HttpResponse<?> response)
            throws IOException {
        int status = response.statusCode();
        if (status < 400) {
            return;
        }
        if (status == 408 || status == 429 || status >= 500) {
            throw new BusyException(status, pauseAskedFor(response));
        }
        String code = response.headers().firstValue("X-Error-Code").orElse("");
        if (code.equals("EntryNotFound") || code.isEmpty() && status == 404 && !name.isEmpty()) {
            throw new HubFileMissingException(model, name);
        }
        throw new HubException(refusal(model, status, code));
    }

    private String refusal(HubModel model, int status, String code) {
        if (code.equals("RevisionNotFound")) {
            return "%s has no revision %s: check the branch, tag or commit"
                    .formatted(model.id(), model.revision());
        }
        if (code.equals("GatedRepo")) {
            return "%s is gated: accept its terms at %s/%s and set HF_TOKEN to a token of yours"
                    .formatted(model.id(), settings.endpoint(), model.id());
        }
        if (code.equals("DisabledRepo")) {
            return model.id() + " was disabled by the Hub: take another model";
        }
        if (status == 401 || status == 403 || status == 404) {
            String mend =
                    settings.token() == null
                            ? "check the name; for a private model set HF_TOKEN"
                            : "check the name, and whether HF_TOKEN may read it";
            return "%s is not on the Hub, or not for everybody: %s".formatted(model.id(), mend);
        }
        return "%s answered %d for %s: try again later, or give a folder"
                .formatted(settings.endpoint(), status, model);
    }

    private static Duration pauseAskedFor(HttpResponse<?> response) {
        String text = response.headers().firstValue("Retry-After").orElse("");
        return text.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(text)) : Duration.ZERO;
    }

    /** What may be asked again. */
    @FunctionalInterface
    interface Request<T> {
        T run() throws IOException;
    }

    <T> T retrying(URI address, Request<T> request) throws IOException {
        return retrying(address.getHost(), () -> 0, request);
    }

    /** How far something has come, in any unit. */
    @FunctionalInterface
    interface Mark {
        long get() throws IOException;
    }

    /** Asks again after a pause, as long as it gets on, and a few times where it does not. */
    <T> T retrying(String host, Mark mark, Request<T> request) throws IOException {
        Duration pause = settings.firstPause();
        for (int attempt = 1; ; attempt++) {
            long before = mark.get();
            try {
                return request.run();
            } catch (HubException e) {
                throw e;
            } catch (IOException e) {
                if (mark.get() > before) {
                    attempt = 0;
                    pause = settings.firstPause();
                } else if (attempt >= settings.attempts()) {
                    throw new HubException(
                            "cannot reach %s (%s, tried %d times): check the network and the proxy, and run it again to go on where it stopped"
                                    .formatted(host, reason(e), settings.attempts()),
                            e);
                }
                Duration asked = e instanceof BusyException busy ? busy.pause : Duration.ZERO;
                LOGGER.warn("{}: {}; trying again", host, reason(e));
                rest(asked.compareTo(pause) > 0 ? asked : pause);
                pause = pause.multipliedBy(2);
            }
        }
    }

    private static String reason(IOException e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static void rest(Duration pause) throws HubException {
        try {
            Thread.sleep(Math.min(pause.toMillis(), LONGEST_PAUSE.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new HubException("the download was interrupted: run it again to go on", e);
        }
    }

    private URI resolve(HubModel model, String name) {
        String path =
                Arrays.stream(name.split("/"))
                        .map(HubClient::encoded)
                        .collect(Collectors.joining("/"));
        return address("/" + model.id() + "/resolve/" + encoded(model.revision()) + "/" + path);
    }

    private URI address(String path) {
        return URI.create(settings.endpoint() + path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** The server has too much to do, and may say for how long. */
    private static final class BusyException extends IOException {

        private static final long serialVersionUID = 1L;

        private final transient Duration pause;

        BusyException(int status, Duration pause) {
            super("the server answered " + status);
            this.pause = pause;
        }
    }
}
