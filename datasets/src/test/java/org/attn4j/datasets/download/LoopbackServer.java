package org.attn4j.datasets.download;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A server that answers each request as the next of its answers says, and the last for ever. */
final class LoopbackServer implements AutoCloseable {

    /** One answer. */
    interface Answer {
        void give(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final Deque<Answer> answers = new ArrayDeque<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    LoopbackServer(Answer... answers) throws IOException {
        this.answers.addAll(List.of(answers));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        Answer answer;
        synchronized (answers) {
            answer = answers.size() > 1 ? answers.remove() : answers.element();
            String range = exchange.getRequestHeaders().getFirst("Range");
            String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
            requests.add(exchange.getRequestURI() + " " + range + " " + ifRange);
        }
        try (exchange) {
            answer.give(exchange);
        }
    }

    URI address(String path) {
        InetSocketAddress at = server.getAddress();
        String host = at.getAddress().getHostAddress();
        return URI.create(
                "http://"
                        + (host.contains(":") ? "[" + host + "]" : host)
                        + ":"
                        + at.getPort()
                        + path);
    }

    /** The requests so far: path, Range, If-Range. */
    List<String> requests() {
        return requests;
    }

    @Override
    public void close() {
        server.stop(0);
        ((ExecutorService) server.getExecutor()).shutdownNow();
    }

    static Answer status(int code) {
        return exchange -> exchange.sendResponseHeaders(code, -1);
    }

    static Answer redirect(String path) {
        return exchange -> {
            exchange.getResponseHeaders().set("Location", path);
            exchange.sendResponseHeaders(302, -1);
        };
    }

    /** The bytes, or what is left of them from the range asked for. */
    static Answer file(byte[] bytes, String etag) {
        return part(bytes, etag, Integer.MAX_VALUE);
    }

    /** The bytes, but the connection is cut after some of what was to be sent. */
    static Answer cut(byte[] bytes, String etag, int after) {
        return part(bytes, etag, after);
    }

    private static Answer part(byte[] bytes, String etag, int most) {
        return exchange -> {
            String range = exchange.getRequestHeaders().getFirst("Range");
            String ifRange = exchange.getRequestHeaders().getFirst("If-Range");
            int from = 0;
            if (range != null && (ifRange == null || ifRange.equals(etag))) {
                from = Integer.parseInt(range.replaceAll("bytes=(\\d+)-", "$1"));
                String place = from < bytes.length ? from + "-" + (bytes.length - 1) : "*";
                exchange.getResponseHeaders()
                        .set("Content-Range", "bytes " + place + "/" + bytes.length);
            }
            if (etag != null) {
                exchange.getResponseHeaders().set("ETag", etag);
            }
            if (from >= bytes.length && from > 0) {
                exchange.sendResponseHeaders(416, -1);
                return;
            }
            int length = bytes.length - from;
            exchange.sendResponseHeaders(from > 0 ? 206 : 200, length);
            exchange.getResponseBody()
                    .write(Arrays.copyOfRange(bytes, from, from + Math.min(length, most)));
            exchange.getResponseBody().flush();
        };
    }
}
