package org.attn4j.models.checkpoint.hub;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Answers as the Hub does, for one model: small files by itself, those named {@code *.safetensors}
 * by a redirect to another host name, with the headers of large file storage.
 */
final class HubServer implements AutoCloseable {

    static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";

    /** What happens to a request instead of its answer; returns whether it was dealt with. */
    interface Fault {
        boolean happens(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final String id;
    private final Map<String, byte[]> files = new TreeMap<>();
    private final ConcurrentLinkedDeque<Fault> faults = new ConcurrentLinkedDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> oldNames = new CopyOnWriteArrayList<>();
    private volatile Fault always = fine();
    private volatile int cutAfter = Integer.MAX_VALUE;

    HubServer(String id) throws IOException {
        this.id = id;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::handle);
        server.start();
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    HubServer with(String name, byte[] content) {
        files.put(name, content);
        return this;
    }

    HubServer with(String name, String content) {
        return with(name, content.getBytes(StandardCharsets.UTF_8));
    }

    /** Lets the server redirect from a name that the model once had. */
    HubServer formerly(String name) {
        oldNames.add(name);
        return this;
    }

    /** Lets the next requests meet these faults, one each. */
    void next(Fault... coming) {
        faults.addAll(List.of(coming));
    }

    /** Lets every request meet a fault, after those of {@link #next}. */
    void always(Fault coming) {
        always = coming;
    }

    /** Lets the next answer with bytes stop after some. */
    void cutNextAfter(int bytes) {
        cutAfter = bytes;
    }

    /** Method, address, Range, token and the token for a proxy, of each request. */
    List<String> requests() {
        return requests;
    }

    static Fault status(int status, String... headers) {
        return exchange -> {
            for (int i = 0; i < headers.length; i += 2) {
                exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            return true;
        };
    }

    static Fault fine() {
        return exchange -> false;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.add(
                    "%s %s %s %s %s"
                            .formatted(
                                    exchange.getRequestMethod(),
                                    exchange.getRequestURI(),
                                    exchange.getRequestHeaders().getFirst("Range"),
                                    exchange.getRequestHeaders().getFirst("Authorization"),
                                    exchange.getRequestHeaders().getFirst("Proxy-Authorization")));
            Fault fault = faults.poll();
            if ((fault == null ? always : fault).happens(exchange)) {
                return;
            }
            String path = exchange.getRequestURI().getPath();
            for (String name : oldNames) {
                String renamed =
                        path.replaceFirst("^(/api/models)?/" + name + "/", "$1/" + id + "/");
                if (!renamed.equals(path)) {
                    status(307, "Location", renamed).happens(exchange);
                    return;
                }
            }
            if (path.startsWith("/api/models/" + id + "/revision/")) {
                list(exchange);
            } else if (path.startsWith("/" + id + "/resolve/")) {
                resolve(exchange, path.split("/", 6)[5]);
            } else if (path.startsWith("/storage/")) {
                bytes(exchange, files.get(path.substring("/storage/".length())));
            } else {
                status(404, "X-Error-Code", "RepoNotFound").happens(exchange);
            }
        }
    }

    private void list(HttpExchange exchange) throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("sha", COMMIT);
        JsonArray siblings = new JsonArray();
        for (String name : files.keySet()) {
            JsonObject sibling = new JsonObject();
            sibling.addProperty("rfilename", name);
            siblings.add(sibling);
        }
        json.add("siblings", siblings);
        byte[] body = json.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private void resolve(HttpExchange exchange, String name) throws IOException {
        byte[] content = files.get(name);
        if (content == null) {
            status(404, "X-Error-Code", "EntryNotFound", "X-Repo-Commit", COMMIT).happens(exchange);
            return;
        }
        exchange.getResponseHeaders().set("X-Repo-Commit", COMMIT);
        if (name.endsWith(".safetensors")) {
            exchange.getResponseHeaders().set("X-Linked-Etag", '"' + sha256(content) + '"');
            exchange.getResponseHeaders().set("X-Linked-Size", "" + content.length);
            String other = "http://localhost:" + server.getAddress().getPort();
            exchange.getResponseHeaders().set("Location", other + "/storage/" + name);
            exchange.sendResponseHeaders(302, -1);
        } else {
            exchange.getResponseHeaders().set("ETag", '"' + gitSha1(content) + '"');
            bytes(exchange, content);
        }
    }

    private void bytes(HttpExchange exchange, byte[] content) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
        if (from >= content.length && from > 0) {
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        int length = content.length - from;
        if (from > 0) {
            exchange.getResponseHeaders()
                    .set(
                            "Content-Range",
                            "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
        }
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", "" + length);
            exchange.sendResponseHeaders(200, -1);
            return;
        }
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
        int most = Math.min(length, cutAfter);
        cutAfter = Integer.MAX_VALUE;
        exchange.getResponseBody().write(Arrays.copyOfRange(content, from, from + most));
        exchange.getResponseBody().flush();
    }

    static String sha256(byte[] content) {
        return digest("SHA-256", content);
    }

    static String gitSha1(byte[] content) {
        byte[] header = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
        byte[] whole = Arrays.copyOf(header, header.length + content.length);
        System.arraycopy(content, 0, whole, header.length, content.length);
        return digest("SHA-1", whole);
    }

    private static String digest(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        ((ExecutorService) server.getExecutor()).shutdownNow();
    }
}
