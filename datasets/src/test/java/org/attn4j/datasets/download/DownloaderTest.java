package org.attn4j.datasets.download;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.attn4j.common.EnvironmentProxies;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloaderTest {

    private static final byte[] BYTES = new byte[300_000];

    static {
        new Random(1).nextBytes(BYTES);
    }

    @TempDir private Path cache;

    private Downloader.Builder builder() {
        return Downloader.builder()
                .optFolder(cache)
                .optRetries(3, Duration.ofMillis(1))
                .optStall(Duration.ofSeconds(10));
    }

    private static String digest() throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(BYTES));
    }

    private static RemoteFile pinned(LoopbackServer server) throws Exception {
        return new RemoteFile("set/file.bin", server.address("/f"), digest(), 1_000_000);
    }

    private static RemoteFile unpinned(LoopbackServer server) {
        return new RemoteFile("set/file.bin", server.address("/f"), null, 1_000_000);
    }

    private void assertFetches(RemoteFile file) throws IOException {
        Path path = builder().build().fetch(file);
        assertEquals(cache.resolve("set/file.bin"), path);
        assertArrayEquals(BYTES, Files.readAllBytes(path));
        try (Stream<Path> left = Files.list(path.getParent())) {
            List<String> names = left.map(p -> p.getFileName().toString()).sorted().toList();
            assertEquals(List.of("file.bin", "file.bin.lock", "file.bin.sha256"), names);
        }
    }

    private String refusal(Downloader downloader, RemoteFile file) {
        String message =
                assertThrows(DownloadException.class, () -> downloader.fetch(file)).getMessage();
        assertFalse(Files.exists(cache.resolve("set/file.bin")));
        return message;
    }

    private static void assertContains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "\"" + part + "\" is not in: " + text);
        }
    }

    @Test
    void fetchesOnceAndThenNeedsNoServer() throws Exception {
        RemoteFile file;
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(BYTES, null))) {
            file = pinned(server);
            assertFetches(file);
            assertFetches(file);
            assertEquals(1, server.requests().size());
        }
        assertFetches(file);
        assertArrayEquals(
                BYTES, Files.readAllBytes(builder().optOffline(true).build().fetch(file)));
    }

    @Test
    void goesOnAfterACut() throws Exception {
        try (LoopbackServer server =
                new LoopbackServer(
                        LoopbackServer.cut(BYTES, "\"v1\"", 100_000),
                        LoopbackServer.cut(BYTES, "\"v1\"", 50_000),
                        LoopbackServer.file(BYTES, "\"v1\""))) {
            assertFetches(unpinned(server));
            assertEquals("/f null null", server.requests().get(0));
            assertEquals(3, server.requests().size());
            assertTrue(server.requests().get(1).matches("/f bytes=[1-9]\\d+- \"v1\""));
            assertTrue(server.requests().get(2).matches("/f bytes=[1-9]\\d+- \"v1\""));
        }
    }

    @Test
    void manyCutsAreNoFailureWhileItGetsOn() throws Exception {
        LoopbackServer.Answer[] answers = new LoopbackServer.Answer[12];
        Arrays.fill(answers, LoopbackServer.cut(BYTES, null, 30_000));
        try (LoopbackServer server = new LoopbackServer(answers)) {
            assertFetches(pinned(server));
        }
    }

    @Test
    void goesOnWhereAnotherProcessStopped() throws Exception {
        Files.createDirectories(cache.resolve("set"));
        Files.write(cache.resolve("set/file.bin.part"), Arrays.copyOf(BYTES, 200_000));
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(BYTES, null))) {
            assertFetches(pinned(server));
            assertEquals(List.of("/f bytes=200000- null"), server.requests());
        }
    }

    @Test
    void finishesWhatWasWholeAlready() throws Exception {
        Files.createDirectories(cache.resolve("set"));
        Files.write(cache.resolve("set/file.bin.part"), BYTES);
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(BYTES, null))) {
            assertFetches(pinned(server));
            assertEquals(List.of("/f bytes=300000- null"), server.requests());
        }
    }

    @Test
    void startsAnewWhenTheFileHasChanged() throws Exception {
        try (LoopbackServer server =
                new LoopbackServer(
                        LoopbackServer.cut(new byte[300_000], "\"old\"", 100_000),
                        LoopbackServer.file(BYTES, "\"new\""))) {
            assertFetches(unpinned(server));
            assertTrue(server.requests().get(1).endsWith("\"old\""));
        }
    }

    @Test
    void startsAnewWhenWhatWasBegunIsDamaged() throws Exception {
        Files.createDirectories(cache.resolve("set"));
        Files.write(cache.resolve("set/file.bin.part"), new byte[1_000]);
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(BYTES, null))) {
            assertFetches(pinned(server));
            assertEquals(List.of("/f bytes=1000- null", "/f null null"), server.requests());
        }
    }

    @Test
    void refusesAWrongDigestAndKeepsNothing() throws Exception {
        byte[] other = BYTES.clone();
        other[7]++;
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(other, null))) {
            String message = refusal(builder().build(), pinned(server));
            assertContains(message, "/f has the sha256", digest(), "not kept");
            assertFalse(Files.exists(cache.resolve("set/file.bin.part")));
        }
    }

    @Test
    void recordsTheDigestOfAFileThatHasNone() throws Exception {
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(BYTES, null))) {
            RemoteFile file = unpinned(server);
            assertFetches(file);
            assertEquals(digest() + "\n", Files.readString(cache.resolve("set/file.bin.sha256")));
            Files.write(cache.resolve("set/file.bin"), new byte[5]); // damaged in the cache
            assertFetches(file);
            assertEquals(2, server.requests().size());
        }
    }

    @Test
    void doesNotInsistOnWhatIsNotThere() throws Exception {
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.status(404))) {
            assertContains(refusal(builder().build(), pinned(server)), "answered 404");
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void triesAgainAfterFaultsOfTheServer() throws Exception {
        try (LoopbackServer server =
                new LoopbackServer(
                        LoopbackServer.status(503),
                        LoopbackServer.status(429),
                        LoopbackServer.file(BYTES, null))) {
            assertFetches(pinned(server));
            assertEquals(3, server.requests().size());
        }
        Files.delete(cache.resolve("set/file.bin"));
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.status(500))) {
            String message = refusal(builder().build(), pinned(server));
            assertContains(message, "answered 500", "tried 3 times");
            assertEquals(3, server.requests().size());
        }
    }

    @Test
    void followsRedirects() throws Exception {
        try (LoopbackServer server =
                new LoopbackServer(
                        LoopbackServer.redirect("/elsewhere"), LoopbackServer.file(BYTES, null))) {
            assertFetches(pinned(server));
            assertEquals("/elsewhere null null", server.requests().get(1));
        }
        Files.delete(cache.resolve("set/file.bin"));
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.redirect("/f"))) {
            refusal(builder().build(), pinned(server)); // in circles
        }
    }

    @Test
    void refusesMoreBytesThanAllowed() throws Exception {
        LoopbackServer.Answer unannounced =
                exchange -> {
                    exchange.sendResponseHeaders(200, 0); // chunked
                    exchange.getResponseBody().write(BYTES);
                };
        for (LoopbackServer.Answer answer :
                List.of(LoopbackServer.file(BYTES, null), unannounced)) {
            try (LoopbackServer server = new LoopbackServer(answer)) {
                RemoteFile file =
                        new RemoteFile("set/file.bin", server.address("/f"), null, 100_000);
                assertContains(refusal(builder().build(), file), "larger than expected");
                assertEquals(1, server.requests().size());
            }
        }
    }

    @Test
    void givesUpASilentConnectionAndGoesOn() throws Exception {
        LoopbackServer.Answer silent =
                exchange -> {
                    exchange.sendResponseHeaders(200, BYTES.length);
                    exchange.getResponseBody().write(BYTES, 0, 100_000);
                    exchange.getResponseBody().flush();
                    sleep(60_000);
                };
        try (LoopbackServer server = new LoopbackServer(silent, LoopbackServer.file(BYTES, null))) {
            Downloader downloader = builder().optStall(Duration.ofMillis(700)).build();
            assertArrayEquals(BYTES, Files.readAllBytes(downloader.fetch(pinned(server))));
            assertTrue(server.requests().get(1).startsWith("/f bytes="));
        }
    }

    /** A byte now and then keeps no connection alive. */
    @Test
    void givesUpAServerThatDrips() throws Exception {
        LoopbackServer.Answer drip =
                exchange -> {
                    exchange.sendResponseHeaders(200, BYTES.length);
                    for (int i = 0; i < 600; i++) {
                        exchange.getResponseBody().write(BYTES, i, 1);
                        exchange.getResponseBody().flush();
                        sleep(100);
                    }
                };
        try (LoopbackServer server = new LoopbackServer(drip)) {
            Downloader downloader = builder().optStall(Duration.ofMillis(400)).build();
            assertContains(refusal(downloader, pinned(server)), "fewer than", "tried 3 times");
            assertEquals(3, server.requests().size());
        }
    }

    /** Each refusal to go on drops what was there: coming as far as before is no progress. */
    @Test
    void givesUpAServerThatNeverGoesOn() throws Exception {
        LoopbackServer.Answer otherRange =
                exchange -> {
                    if (exchange.getRequestHeaders().containsKey("Range")) {
                        exchange.getResponseHeaders().set("Content-Range", "bytes 5-9/300000");
                        exchange.sendResponseHeaders(206, 5);
                        exchange.getResponseBody().write(BYTES, 5, 5);
                    } else {
                        LoopbackServer.cut(BYTES, null, 20_000).give(exchange);
                    }
                };
        LoopbackServer.Answer noRange =
                exchange -> {
                    if (exchange.getRequestHeaders().containsKey("Range")) {
                        exchange.sendResponseHeaders(416, -1);
                    } else {
                        LoopbackServer.cut(BYTES, null, 20_000).give(exchange);
                    }
                };
        for (LoopbackServer.Answer answer : List.of(otherRange, noRange)) {
            try (LoopbackServer server = new LoopbackServer(answer)) {
                assertContains(refusal(builder().build(), pinned(server)), "tried 3 times");
                assertTrue(server.requests().size() <= 6, server.requests()::toString);
            }
        }
    }

    @Test
    void sendsUserAndPasswordToTheProxy() throws Exception {
        List<String> seen = new ArrayList<>();
        LoopbackServer.Answer asProxy =
                exchange -> {
                    seen.add(exchange.getRequestHeaders().getFirst("Proxy-Authorization"));
                    LoopbackServer.file(BYTES, null).give(exchange);
                };
        try (LoopbackServer proxy = new LoopbackServer(asProxy)) {
            String address = "http://user:secret@127.0.0.1:" + proxy.address("/").getPort();
            RemoteFile file =
                    new RemoteFile(
                            "set/file.bin",
                            URI.create("http://corpus.invalid/f"),
                            digest(),
                            1_000_000);
            builder()
                    .optProxies(EnvironmentProxies.from(Map.of("HTTP_PROXY", address)))
                    .build()
                    .fetch(file);
            assertEquals(List.of("Basic dXNlcjpzZWNyZXQ="), seen);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void saysWhatToDoWithoutANetwork() throws Exception {
        RemoteFile file =
                new RemoteFile("set/file.bin", URI.create("http://127.0.0.1:1/f"), null, 9);
        assertContains(
                refusal(builder().build(), file), "cannot reach http://127.0.0.1:1/f", "network");
        assertContains(
                refusal(builder().optOffline(true).build(), file),
                "file.bin is not in the cache",
                "http://127.0.0.1:1/f");
    }

    @Test
    void severalThreadsFetchOnce() throws Exception {
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(BYTES, null))) {
            RemoteFile file = pinned(server);
            ExecutorService threads = Executors.newFixedThreadPool(4);
            List<Future<Path>> fetched = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                fetched.add(threads.submit(() -> builder().build().fetch(file)));
            }
            for (Future<Path> path : fetched) {
                assertArrayEquals(BYTES, Files.readAllBytes(path.get()));
            }
            threads.shutdown();
            assertEquals(1, server.requests().size());
        }
    }

    @Test
    void severalProcessesFetchOnce() throws Exception {
        LoopbackServer.Answer slow =
                exchange -> {
                    exchange.sendResponseHeaders(200, BYTES.length);
                    for (int from = 0; from < BYTES.length; from += 10_000) {
                        exchange.getResponseBody().write(BYTES, from, 10_000);
                        exchange.getResponseBody().flush();
                        sleep(20);
                    }
                };
        try (LoopbackServer server = new LoopbackServer(slow)) {
            List<Process> processes = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                processes.add(
                        new ProcessBuilder(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-cp",
                                        System.getProperty(
                                                "surefire.test.class.path",
                                                System.getProperty("java.class.path")),
                                        Child.class.getName(),
                                        cache.toString(),
                                        server.address("/f").toString(),
                                        digest())
                                .redirectErrorStream(true)
                                .redirectOutput(new File(cache.toFile(), "log" + i))
                                .start());
            }
            for (Process process : processes) {
                assertEquals(0, process.waitFor());
            }
            assertArrayEquals(BYTES, Files.readAllBytes(cache.resolve("set/file.bin")));
            assertEquals(1, server.requests().size());
        }
    }

    /** Another process. */
    static final class Child {

        private Child() {}

        public static void main(String[] args) throws IOException {
            RemoteFile file =
                    new RemoteFile("set/file.bin", URI.create(args[1]), args[2], 1_000_000);
            Downloader.builder().optFolder(Path.of(args[0])).build().fetch(file);
        }
    }

    @Test
    void namesStayInsideTheCache() {
        URI address = URI.create("http://localhost/f");
        for (String name : List.of("../x", "a/../../x", "/etc/x", "a//b", ".hidden", "a\\b", "")) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> new RemoteFile(name, address, null, 1),
                    name);
        }
        assertThrows(IllegalArgumentException.class, () -> new RemoteFile("a", address, "abc", 1));
    }

    @Test
    void findsTheCacheFolder() {
        Path home = cache.resolve("home");
        String own = cache.resolve("own").toString();
        String shared = cache.resolve("xdg").toString();
        assertEquals(home.resolve(".cache").resolve("attn4j"), CacheFolder.locate(Map.of(), home));
        assertEquals(
                cache.resolve("xdg").resolve("attn4j"),
                CacheFolder.locate(Map.of("XDG_CACHE_HOME", shared), home));
        assertEquals(
                Path.of(own),
                CacheFolder.locate(Map.of("XDG_CACHE_HOME", shared, "ATTN4J_CACHE", own), home));
        assertEquals(
                home.resolve(".cache").resolve("attn4j"),
                CacheFolder.locate(Map.of("XDG_CACHE_HOME", "relative"), home));
        assertEquals(
                home.resolve("corpora"),
                CacheFolder.locate(Map.of("ATTN4J_CACHE", "~/$NAME", "NAME", "corpora"), home));
    }
}
