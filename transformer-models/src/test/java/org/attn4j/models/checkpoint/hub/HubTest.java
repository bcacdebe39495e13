package org.attn4j.models.checkpoint.hub;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.attn4j.common.EnvironmentProxies;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HubTest {

    private static final HubModel MODEL = HubModel.parse("acme/tiny-bert");
    private static final String FOLDER = "models--acme--tiny-bert";
    private static final byte[] WEIGHTS = weights();

    @TempDir Path cache;
    private HubServer server;

    private static byte[] weights() {
        byte[] bytes = new byte[300_000];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    @BeforeEach
    void open() throws IOException {
        server = new HubServer("acme/tiny-bert");
        server.with("config.json", "{\"model_type\": \"bert\"}")
                .with("model.safetensors", WEIGHTS)
                .with("1_Pooling/config.json", "{}")
                .with("pytorch_model.bin", new byte[] {1})
                .with("run.py", "print('never fetched')");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private HubSettings settings() {
        return settings(server.address(), Duration.ofSeconds(2), ProxySelector.of(null));
    }

    private HubSettings settings(URI endpoint, Duration stall, ProxySelector proxies) {
        return new HubSettings(
                endpoint, cache, "hf_secret", false, stall, 3, Duration.ofMillis(5), proxies);
    }

    private Hub hub() {
        return new Hub(settings());
    }

    private HubException refused(HubModel model, String file) {
        return assertThrows(HubException.class, () -> hub().file(model, file));
    }

    @Test
    void theCacheIsLaidOutAsPythonLaysItOut() throws IOException {
        Path folder = hub().model(MODEL);

        Path model = cache.resolve(FOLDER);
        assertEquals(model.resolve("snapshots").resolve(HubServer.COMMIT), folder);
        assertEquals(HubServer.COMMIT, Files.readString(model.resolve("refs/main")));
        Path weights = folder.resolve("model.safetensors");
        assertEquals(
                "../../blobs/" + HubServer.sha256(WEIGHTS),
                Files.readSymbolicLink(weights).toString());
        assertArrayEquals(WEIGHTS, Files.readAllBytes(weights));
        assertEquals(
                "../../../blobs/" + HubServer.gitSha1("{}".getBytes()),
                Files.readSymbolicLink(folder.resolve("1_Pooling/config.json")).toString());
        assertFalse(Files.exists(folder.resolve("pytorch_model.bin")), "pickle was fetched");
        assertFalse(Files.exists(folder.resolve("run.py")), "code was fetched");
        try (var blobs = Files.list(model.resolve("blobs"))) {
            assertEquals(3, blobs.count());
        }
    }

    @Test
    void whatIsCachedIsNotFetchedAgain() throws IOException {
        hub().model(MODEL);
        int before = server.requests().size();

        hub().model(MODEL);
        hub().file(MODEL.at(HubServer.COMMIT), "config.json");

        List<String> after = server.requests().subList(before, server.requests().size());
        assertEquals(1, after.size(), after::toString); // the list of files, for the branch
    }

    @Test
    void offlineTheCacheServes() throws IOException {
        hub().model(MODEL);
        int before = server.requests().size();
        Hub offline = new Hub(settings().withOffline(true));

        assertTrue(Files.exists(offline.model(MODEL).resolve("config.json")));
        assertTrue(Files.exists(offline.file(MODEL, "config.json")));

        assertEquals(before, server.requests().size());
        HubException e = assertThrows(HubException.class, () -> offline.file(MODEL, "vocab.txt"));
        assertTrue(e.getMessage().contains("HF_HUB_OFFLINE"), e.getMessage());
    }

    @Test
    void aHubOutOfReachIsReplacedByTheCache() throws IOException {
        Path folder = hub().model(MODEL);
        server.close();

        assertEquals(folder, hub().model(MODEL));
        assertEquals(folder.resolve("config.json"), hub().file(MODEL, "config.json"));
        HubException e = refused(HubModel.parse("acme/other"), "config.json");
        assertTrue(e.getMessage().contains("tried 3 times"), e.getMessage());
    }

    @Test
    void aCutDownloadGoesOnWhereItStopped() throws IOException {
        server.next(HubServer.fine(), HubServer.fine()); // HEAD and redirect
        server.cutNextAfter(100_000);

        Path file = hub().file(MODEL, "model.safetensors");

        assertArrayEquals(WEIGHTS, Files.readAllBytes(file));
        assertTrue(
                server.requests().stream().anyMatch(r -> r.contains("bytes=100000-")),
                () -> server.requests().toString());
    }

    @Test
    void aDownloadGoesOnInALaterProcess() throws IOException {
        Path blobs = Files.createDirectories(cache.resolve(FOLDER).resolve("blobs"));
        String name = HubServer.sha256(WEIGHTS) + ".attn4j.incomplete";
        Files.write(blobs.resolve(name), java.util.Arrays.copyOf(WEIGHTS, 5_000));

        Path file = hub().file(MODEL, "model.safetensors");

        assertArrayEquals(WEIGHTS, Files.readAllBytes(file));
        assertTrue(server.requests().stream().anyMatch(r -> r.contains("bytes=5000-")));
    }

    @Test
    void aDamagedBeginningIsFetchedAnew() throws IOException {
        Path blobs = Files.createDirectories(cache.resolve(FOLDER).resolve("blobs"));
        String name = HubServer.sha256(WEIGHTS) + ".attn4j.incomplete";
        Files.write(blobs.resolve(name), new byte[7_000]);

        assertArrayEquals(WEIGHTS, Files.readAllBytes(hub().file(MODEL, "model.safetensors")));
    }

    @Test
    void whatHasNotItsDigestIsNotKept() throws IOException {
        byte[] other = WEIGHTS.clone();
        other[17]++;
        HubServer.Fault swap =
                exchange -> {
                    server.with("model.safetensors", other);
                    return false;
                };
        server.next(HubServer.fine(), swap); // HEAD tells the old digest, then the file changes

        HubException e = refused(MODEL, "model.safetensors");

        assertTrue(e.getMessage().contains("digest"), e.getMessage());
        try (var blobs = Files.list(cache.resolve(FOLDER).resolve("blobs"))) {
            assertEquals(List.of(), blobs.toList());
        }
    }

    @Test
    void moreBytesThanAnnouncedAreRefused() throws IOException {
        byte[] longer = java.util.Arrays.copyOf(WEIGHTS, WEIGHTS.length + 1);
        HubServer.Fault swap =
                exchange -> {
                    server.with("model.safetensors", longer);
                    return false;
                };
        server.next(HubServer.fine(), swap);

        assertTrue(refused(MODEL, "model.safetensors").getMessage().contains("larger"));
    }

    @Test
    void theTokenGoesToTheHubAloneAndNotToWhereItRedirects() throws IOException {
        hub().model(MODEL);

        for (String request : server.requests()) {
            boolean storage = request.contains("/storage/");
            assertEquals(!storage, request.contains("hf_secret"), request);
        }
        assertTrue(server.requests().stream().anyMatch(r -> r.contains("/storage/")));
        assertFalse(settings().toString().contains("hf_secret"));
    }

    @Test
    void aBusyServerIsAskedAgain() throws IOException {
        server.next(
                HubServer.status(503),
                HubServer.status(429, "Retry-After", "0"),
                HubServer.fine(),
                HubServer.status(500));

        assertTrue(Files.exists(hub().model(MODEL).resolve("model.safetensors")));
    }

    @Test
    void aServerThatStaysBusyIsGivenUp() {
        server.next(HubServer.status(503), HubServer.status(503), HubServer.status(503));

        String message = refused(MODEL, "config.json").getMessage();

        assertTrue(message.contains("503") && message.contains("tried 3 times"), message);
    }

    @Test
    void eachRefusalSaysWhatMendsIt() {
        assertTrue(
                refused(HubModel.parse("acme/none"), "config.json")
                        .getMessage()
                        .startsWith("acme/none is not on the Hub"));
        server.next(HubServer.status(401, "X-Error-Code", "GatedRepo"));
        assertTrue(refused(MODEL, "config.json").getMessage().contains("accept its terms"));
        server.next(HubServer.status(404, "X-Error-Code", "RevisionNotFound"));
        assertTrue(
                refused(MODEL.at("v9"), "config.json").getMessage().contains("has no revision v9"));
        server.next(HubServer.status(401));
        assertTrue(refused(MODEL, "config.json").getMessage().contains("HF_TOKEN"));
    }

    @Test
    void aMissingFileIsToldApart() {
        assertThrows(
                HubFileMissingException.class, () -> hub().file(MODEL, "generation_config.json"));
    }

    @Test
    void namesThatLeaveTheFolderAreRefused() throws IOException {
        for (String name :
                List.of(
                        "../x.json",
                        "/etc/x.json",
                        "a/../../x.json",
                        "a\\b.json",
                        "C:x.json",
                        "a//b.json",
                        "x.json\0",
                        "..",
                        "")) {
            assertThrows(IllegalArgumentException.class, () -> hub().file(MODEL, name), name);
        }
    }

    /** A bad name is the server's fault, and no reason to go without the other files. */
    @Test
    void filesWithNamesThatLeaveTheFolderAreLeftOut() throws IOException {
        for (String name :
                List.of("../../../escaped.json", "a:b.json", "/etc/x.txt", "b\\c.json")) {
            server.with(name, "{}");
        }
        Path folder = hub().model(MODEL);
        assertTrue(Files.exists(folder.resolve("model.safetensors")));
        assertFalse(Files.exists(cache.resolveSibling("escaped.json")));
        try (var files = Files.list(folder)) {
            assertEquals(
                    List.of("1_Pooling", "config.json", "model.safetensors"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }

    @Test
    void weightsWithABadNameAloneAreNoWeights() throws IOException {
        try (HubServer odd = new HubServer("acme/odd")) {
            odd.with("config.json", "{}").with("a:b.safetensors", WEIGHTS);
            HubSettings own =
                    settings(odd.address(), Duration.ofSeconds(2), ProxySelector.of(null));
            HubException e =
                    assertThrows(
                            HubException.class,
                            () -> new Hub(own).model(HubModel.parse("acme/odd")));
            assertTrue(e.getMessage().contains("no weights in safetensors"), e.getMessage());
        }
    }

    /** Names without an organisation are such old names: gpt2, bert-base-uncased. */
    @Test
    void renamedModelsAreFoundUnderTheirOldNames() throws IOException {
        server.formerly("old/name").formerly("tiny");
        for (String name : List.of("old/name", "tiny")) {
            Path folder = hub().model(HubModel.parse(name));
            assertArrayEquals(WEIGHTS, Files.readAllBytes(folder.resolve("model.safetensors")));
            assertTrue(folder.startsWith(cache.resolve("models--" + name.replace("/", "--"))));
        }
        assertTrue(Files.exists(hub().file(HubModel.parse("tiny"), "config.json")));
        server.requests().stream()
                .filter(request -> !request.contains("/storage/"))
                .forEach(request -> assertTrue(request.contains("hf_secret"), request));
    }

    @Test
    void aListingOnAnotherServerIsAskedForWithoutTheToken() throws IOException {
        String other = "http://localhost:" + server.address().getPort();
        String path = "/api/models/acme/tiny-bert/revision/main";
        server.next(HubServer.status(308, "Location", other + path + "?elsewhere"));

        hub().model(MODEL);

        List<String> elsewhere =
                server.requests().stream().filter(r -> r.contains("?elsewhere")).toList();
        assertEquals(1, elsewhere.size());
        assertFalse(elsewhere.get(0).contains("hf_secret"), elsewhere.get(0));
    }

    /** Small files are answered by a path of the Hub's own, with a commit beside it. */
    @Test
    void redirectsWithinTheHubAreFollowedToTheFile() throws IOException {
        server.next(
                HubServer.status(
                        307,
                        "Location",
                        "/acme/tiny-bert/resolve/main/config.json?cache",
                        "X-Repo-Commit",
                        HubServer.COMMIT,
                        "ETag",
                        "\"redirect\""));
        Path file = hub().file(MODEL, "config.json");
        assertEquals("{\"model_type\": \"bert\"}", Files.readString(file));
        assertTrue(server.requests().get(1).contains("?cache"), server.requests()::toString);
    }

    @Test
    void userAndPasswordGoToTheProxy() throws IOException {
        URI endpoint = URI.create("http://hub.invalid");
        String proxy = "http://user:secret@127.0.0.1:" + server.address().getPort();
        ProxySelector proxies =
                EnvironmentProxies.from(Map.of("HTTP_PROXY", proxy, "NO_PROXY", "localhost"));

        new Hub(settings(endpoint, Duration.ofSeconds(2), proxies)).model(MODEL);

        for (String request : server.requests()) {
            boolean proxied = request.contains("http://hub.invalid/");
            assertEquals(proxied, request.contains("Basic dXNlcjpzZWNyZXQ="), request);
            assertFalse(request.contains("hf_secret"), request); // in the clear to another machine
        }
        assertTrue(server.requests().get(0).contains("http://hub.invalid/api/models/"));
    }

    /** The first bytes of an answer, then a byte now and then, or nothing. */
    private static HubServer.Fault dripping(int pauseMillis) {
        return exchange -> {
            exchange.sendResponseHeaders(200, 100_000);
            exchange.getResponseBody().write("{\"sha\": \"".getBytes());
            try {
                for (int i = 0; i < 1000; i++) {
                    exchange.getResponseBody().write('a');
                    exchange.getResponseBody().flush();
                    Thread.sleep(pauseMillis);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return true;
        };
    }

    @Test
    void aListingThatStallsOrDripsIsGivenUp() {
        for (int pause : new int[] {60_000, 50}) {
            server.next(dripping(pause), dripping(pause), dripping(pause));
            HubSettings own =
                    settings(server.address(), Duration.ofMillis(400), ProxySelector.of(null));
            HubException e = assertThrows(HubException.class, () -> new Hub(own).model(MODEL));
            assertTrue(e.getMessage().contains("fewer than"), e.getMessage());
        }
        assertEquals(6, server.requests().size());
    }

    @Test
    void aServerThatNeverGoesOnIsGivenUp() {
        HubServer.Fault otherRange =
                exchange -> {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 7-8/300000");
                    exchange.sendResponseHeaders(206, 2);
                    exchange.getResponseBody().write(new byte[2]);
                    return true;
                };
        for (HubServer.Fault refusal : List.of(otherRange, HubServer.status(416))) {
            int before = server.requests().size();
            HubServer.Fault always =
                    exchange -> {
                        server.cutNextAfter(20_000);
                        return exchange.getRequestHeaders().containsKey("Range")
                                && refusal.happens(exchange);
                    };
            server.always(always);
            assertTrue(refused(MODEL, "model.safetensors").getMessage().contains("tried 3 times"));
            int requests = server.requests().size() - before;
            assertTrue(requests < 20, requests + " requests"); // HEAD, and twice GET six times
        }
    }

    /** What was cut off is not given without a network, and is whole after the next fetch. */
    @Test
    void halfAFolderIsNotGivenWithoutANetwork() throws IOException {
        HubModel pinned = MODEL.at(HubServer.COMMIT);
        Hub offline = new Hub(settings().withOffline(true));
        hub().file(MODEL, "config.json");
        assertThrows(HubException.class, () -> offline.model(MODEL)); // it has no weights

        for (int i = 0; i < 6; i++) {
            server.next(HubServer.fine());
        }
        server.next(HubServer.status(403)); // the last of three files
        server.with("tokenizer.json", "{}");
        assertThrows(HubException.class, () -> hub().model(pinned));
        for (HubModel model : List.of(MODEL, pinned)) {
            String message =
                    assertThrows(HubException.class, () -> offline.model(model)).getMessage();
            assertTrue(message.startsWith("the whole folder of " + model), message);
        }

        Path folder = hub().model(pinned);
        assertEquals(folder, offline.model(pinned));
        assertTrue(Files.exists(folder.resolve("tokenizer.json")));
    }

    /** No folder is given that lacks what the server holds under another commit. */
    @Test
    void aFileOfAnotherCommitThanTheListingsIsRefused() {
        String other = "f".repeat(40);
        server.next(
                HubServer.fine(), // the listing, then the file before it
                HubServer.fine(),
                HubServer.fine(),
                HubServer.status(200, "ETag", "\"abc\"", "X-Repo-Commit", other));

        HubException e = assertThrows(HubException.class, () -> hub().model(MODEL));

        assertTrue(e.getMessage().contains("config.json of commit " + other), e.getMessage());
        assertFalse(Files.exists(cache.resolve(FOLDER).resolve("snapshots").resolve(other)));
        assertFalse(Files.exists(cache.resolve(FOLDER).resolve("refs")));
    }

    @Test
    void tagsThatArePathsAreRefused() {
        server.next(
                HubServer.status(
                        200, "ETag", "\"../../../../evil\"", "X-Repo-Commit", HubServer.COMMIT));
        assertTrue(refused(MODEL, "config.json").getMessage().contains("digest"));
        server.next(HubServer.status(200, "ETag", "\"abc\"", "X-Repo-Commit", "../../x"));
        assertTrue(refused(MODEL, "config.json").getMessage().contains("commit"));
    }

    @Test
    void pickleAloneIsRefusedWithTheReason() throws IOException {
        try (HubServer pickled = new HubServer("acme/pickled")) {
            pickled.with("config.json", "{}").with("pytorch_model.bin", new byte[] {1});
            HubSettings s = settings();
            Hub hub =
                    new Hub(
                            new HubSettings(
                                    pickled.address(),
                                    cache,
                                    null,
                                    false,
                                    s.stall(),
                                    1,
                                    s.firstPause(),
                                    s.proxies()));
            HubException e =
                    assertThrows(
                            HubException.class, () -> hub.model(HubModel.parse("acme/pickled")));
            assertTrue(e.getMessage().contains("pickle"), e.getMessage());
        }
    }

    @Test
    void manyAtOnceFetchItOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Future<Path>> results = new ArrayList<>();
            Callable<Path> task = () -> hub().file(MODEL, "model.safetensors");
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(task));
            }
            for (Future<Path> result : results) {
                assertArrayEquals(WEIGHTS, Files.readAllBytes(result.get()));
            }
        } finally {
            threads.shutdown();
        }
        long fetched =
                server.requests().stream().filter(r -> r.startsWith("GET /storage/")).count();
        assertEquals(1, fetched);
    }

    @Test
    void aBundleHoldsRealFilesAndTheirSums(@TempDir Path folder) throws IOException {
        Path bundle = hub().bundle(MODEL, folder.resolve("bundle"));

        assertFalse(Files.isSymbolicLink(bundle.resolve("model.safetensors")));
        assertArrayEquals(WEIGHTS, Files.readAllBytes(bundle.resolve("model.safetensors")));
        assertTrue(
                Files.readAllLines(bundle.resolve("SHA256SUMS"))
                        .contains(HubServer.sha256(WEIGHTS) + "  model.safetensors"));

        Path blob =
                bundle.getFileSystem()
                        .getPath(
                                cache.resolve(FOLDER)
                                        .resolve("blobs")
                                        .resolve(HubServer.sha256(WEIGHTS))
                                        .toString());
        byte[] damaged = WEIGHTS.clone();
        damaged[0]++;
        Files.write(blob, damaged);
        HubException e =
                assertThrows(
                        HubException.class, () -> hub().bundle(MODEL, folder.resolve("second")));
        assertTrue(e.getMessage().contains("fetch the model again"), e.getMessage());
        assertFalse(Files.exists(folder.resolve("second")));
    }

    @Test
    void theCacheTellsWhatItHolds() throws IOException {
        hub().model(MODEL);

        CachedModel model = hub().cached().get(0);

        assertEquals("acme/tiny-bert", model.id());
        assertEquals(HubServer.COMMIT, model.revisions().get("main"));
        assertTrue(model.bytes() > WEIGHTS.length && model.bytes() < WEIGHTS.length + 1000);
    }
}
