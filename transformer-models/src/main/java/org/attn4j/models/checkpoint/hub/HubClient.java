package org.attn4j.models.checkpoint.hub;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.attn4j.common.Answer;
import org.attn4j.common.BusyException;
import org.attn4j.common.RefusedException;
import org.attn4j.common.Retries;
import org.attn4j.common.SteadyInputStream;
import org.attn4j.common.Web;

/**
 * The Hub's three questions: which files a model has, what one of them is, and its bytes.
 *
 * <p>Faults of the network and the server are tried again. Redirects are followed, for a renamed
 * model is one; the token goes to the Hub's own address alone.
 */
final class HubClient {

    private static final int MOST_LISTING_BYTES = 32 << 20;

    private final HubSettings settings;
    private final Web web;
    private final Retries retries;

    HubClient(HubSettings settings) {
        this.settings = settings;
        web = new Web(settings.proxies(), settings.stall());
        retries =
                new Retries(
                        settings.attempts(),
                        settings.firstPause(),
                        SteadyInputStream.least(settings.stall()));
    }

    /** A model's commit and the names of its files. */
    record Listing(String commit, List<String> files) {}

    Listing list(HubModel model) throws IOException {
        URI address =
                address("/api/models/" + model.id() + "/revision/" + encoded(model.revision()));
        return retrying(
                address,
                () -> {
                    try (Answer answer = web.ask("GET", address, this::headers, to -> true)) {
                        requireFound(model, "", answer);
                        return listing(model, answer.body().readNBytes(MOST_LISTING_BYTES + 1));
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
                    try (Answer answer =
                            web.ask("HEAD", address, this::headers, HubClient::leadsToTheFile)) {
                        requireFound(model, name, answer);
                        return described(name, answer, address);
                    }
                });
    }

    /** Whether a redirect is one within the Hub, such as a new name, not to where the bytes lie. */
    private static boolean leadsToTheFile(Answer answer) {
        return answer.isRelativeRedirect() || answer.header("X-Repo-Commit").isEmpty();
    }

    private static HubFile described(String name, Answer answer, URI address) throws HubException {
        String etag =
                answer.header("X-Linked-Etag")
                        .or(() -> answer.header("ETag"))
                        .orElse("")
                        .replaceFirst("^W/", "")
                        .replaceAll("^\"|\"$", "");
        String own = answer.isRedirect() ? "" : answer.header("Content-Length").orElse("");
        String size = answer.header("X-Linked-Size").orElse(own);
        String commit = answer.header("X-Repo-Commit").orElse("");
        try {
            return new HubFile(
                    name, commit, etag, size.matches("\\d{1,18}") ? Long.parseLong(size) : -1);
        } catch (IllegalArgumentException e) {
            throw new HubException(
                    address
                            + " answers without the commit and the digest of the file: is HF_ENDPOINT the address of a Hub?");
        }
    }

    /** Opens the bytes of a file from a position on; the answer is 200, 206 or 416. */
    Answer open(HubModel model, HubFile file, long from) throws IOException {
        Answer answer =
                web.ask(
                        "GET",
                        resolve(model.at(file.commit()), file.name()),
                        at -> {
                            Map<String, String> headers = new HashMap<>(headers(at));
                            if (from > 0) {
                                headers.put("Range", "bytes=" + from + "-");
                            }
                            return headers;
                        },
                        to -> true);
        if (!Set.of(200, 206, 416).contains(answer.status())) {
            answer.close();
            requireFound(model, file.name(), answer);
            throw new IOException("the server answered " + answer.status());
        }
        return answer;
    }

    private Map<String, String> headers(URI address) {
        return settings.token() != null && settings.trusts(address)
                ? Map.of("Authorization", "Bearer " + settings.token())
                : Map.of();
    }

    /** Throws for every answer that is no success: a {@link HubException} if it is final. */
    private void requireFound(HubModel model, String name, Answer answer) throws IOException {
        int status = answer.status();
        if (status < 400) {
            return;
        }
        BusyException.throwIfBusy(answer);
        String code = answer.header("X-Error-Code").orElse("");
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
        return "%s answered %s for %s: try again later, or give a folder"
                .formatted(settings.endpoint(), status, model);
    }

    private <T> T retrying(URI address, Retries.Attempt<T> attempt) throws IOException {
        return retrying(address.getHost(), () -> 0, attempt);
    }

    /** Asks again after a pause, as long as it gets on, and a few times where it does not. */
    <T> T retrying(String host, Retries.Mark mark, Retries.Attempt<T> attempt) throws IOException {
        try {
            return retries.run(host, mark, attempt);
        } catch (HubException e) {
            throw e;
        } catch (RefusedException e) {
            throw new HubException(e.getMessage(), e.getCause());
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
}
