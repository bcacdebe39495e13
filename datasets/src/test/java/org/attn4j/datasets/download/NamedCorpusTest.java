package org.attn4j.datasets.download;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.attn4j.datasets.SentencePair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NamedCorpusTest {

    @TempDir private Path cache;

    private static byte[] zip(String... namesAndTexts) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int i = 0; i < namesAndTexts.length; i += 2) {
                zip.putNextEntry(new ZipEntry(namesAndTexts[i]));
                zip.write(namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    private Downloader downloader() {
        return Downloader.builder().optFolder(cache).build();
    }

    @Test
    void knowsItsNames() {
        List<String> names = NamedCorpus.all().stream().map(NamedCorpus::name).toList();
        assertEquals(8, names.size());
        assertEquals("de", NamedCorpus.of("multi30k-de-en").source());
        assertEquals("en", NamedCorpus.of("multi30k-de-en").target());
        String message =
                assertThrows(IllegalArgumentException.class, () -> NamedCorpus.of("multi30k"))
                        .getMessage();
        assertTrue(message.contains("multi30k-en-fr") && message.contains("tatoeba-fr-en"));
        NamedCorpus.all().forEach(corpus -> assertFalse(corpus.licence().isBlank()));
    }

    @Test
    void everyFileOfMulti30kHasADigest() {
        for (NamedCorpus corpus : NamedCorpus.all()) {
            for (Usage usage : Usage.values()) {
                for (RemoteFile file : corpus.files(usage)) {
                    assertEquals("https", file.address().getScheme());
                    assertEquals(corpus instanceof Multi30k, file.sha256() != null, file.name());
                }
            }
        }
        List<String> names =
                NamedCorpus.of("multi30k-en-fr").files(Usage.TEST).stream()
                        .map(RemoteFile::name)
                        .toList();
        assertEquals(
                List.of("multi30k/test_2016_flickr.en.gz", "multi30k/test_2016_flickr.fr.gz"),
                names);
    }

    @Test
    void tatoebaIsUnpackedAndParted() throws Exception {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 3_000; i++) {
            text.append("Sentence ").append(i).append(".\tPhrase ").append(i).append(".\tCC BY\n");
            text.append("Sentence ").append(i).append(".\tTexte ").append(i).append(".\tCC BY\n");
        }
        byte[] zip =
                zip("_about.txt", "about", "../../fra.txt", "evil", "fra.txt", text.toString());
        try (LoopbackServer server = new LoopbackServer(LoopbackServer.file(zip, null))) {
            RemoteFile archive =
                    new RemoteFile("tatoeba/fra-eng.zip", server.address("/z"), null, 1_000_000);
            Tatoeba english = new Tatoeba(true, archive);
            Tatoeba french = new Tatoeba(false, archive);
            Set<String> sources = new HashSet<>();
            int pairs = 0;
            for (Usage usage : Usage.values()) {
                List<SentencePair> part = english.open(usage, downloader()).readAll();
                pairs += part.size();
                Set<String> own = new HashSet<>();
                part.forEach(pair -> own.add(pair.source()));
                own.forEach(source -> assertTrue(sources.add(source), source));
                List<SentencePair> turned = new ArrayList<>();
                part.forEach(p -> turned.add(new SentencePair(p.target(), p.source())));
                assertEquals(turned, french.open(usage, downloader()).readAll());
                int least = usage == Usage.TRAIN ? 5_700 : 20;
                assertTrue(part.size() >= least, usage + " has " + part.size());
            }
            assertEquals(6_000, pairs);
            assertEquals(3_000, sources.size());
            assertEquals(1, server.requests().size());
        }
        try (Stream<Path> all = Files.walk(cache)) {
            List<String> files =
                    all.filter(Files::isRegularFile)
                            .map(path -> cache.relativize(path).toString().replace('\\', '/'))
                            .sorted()
                            .toList();
            assertEquals(
                    List.of(
                            "tatoeba/fra-eng.zip",
                            "tatoeba/fra-eng.zip.lock",
                            "tatoeba/fra-eng.zip.sha256",
                            "tatoeba/fra.txt",
                            "tatoeba/fra.txt.lock"),
                    files);
        }
        assertFalse(Files.exists(cache.resolveSibling("fra.txt")));
    }

    @Test
    void zipEntriesAreBoundedWhileUnpacked() throws IOException {
        Path archive = Files.write(cache.resolve("a.zip"), zip("big", "x".repeat(100_000)));
        Path target = cache.resolve("out");
        assertRefuses("larger than the 99999 bytes", archive, "big", target, 99_999);
        ZipArchive.extract(archive, "big", target, 100_000);
        assertEquals(100_000, Files.size(target));
    }

    @Test
    void badArchivesLeaveNothing() throws IOException {
        byte[] good = zip("a", "text".repeat(1_000));
        Path target = cache.resolve("out");
        Path archive = Files.write(cache.resolve("a.zip"), good);
        assertRefuses("holds no file b", archive, "b", target, 100);
        Path cut = Files.write(cache.resolve("c.zip"), Arrays.copyOf(good, 60));
        assertRefuses("damaged zip", cut, "a", target, 100_000);
        good[40] ^= 0x55; // in the compressed bytes
        Path bad = Files.write(cache.resolve("b.zip"), good);
        assertThrows(IOException.class, () -> ZipArchive.extract(bad, "a", target, 100_000));
        assertFalse(Files.exists(target));
        assertFalse(Files.exists(cache.resolve("out.part")));
    }

    private static void assertRefuses(
            String part, Path archive, String entry, Path target, long most) {
        String message =
                assertThrows(
                                DownloadException.class,
                                () -> ZipArchive.extract(archive, entry, target, most))
                        .getMessage();
        assertTrue(message.contains(part), message);
        assertFalse(Files.exists(target));
    }
}
