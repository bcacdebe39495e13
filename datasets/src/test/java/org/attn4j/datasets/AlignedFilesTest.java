package org.attn4j.datasets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlignedFilesTest {

    @TempDir private Path folder;

    private Path file(String name, String text) throws IOException {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(String name, byte[] bytes) throws IOException {
        return Files.write(folder.resolve(name), bytes);
    }

    private static byte[] gzip(byte[] bytes) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    private static String refusal(Path source, Path target) {
        AlignedFiles files = AlignedFiles.of(source, target);
        return assertThrows(CorpusException.class, files::readAll).getMessage();
    }

    private static void assertContains(String text, String... parts) {
        for (String part : parts) {
            assertTrue(text.contains(part), () -> "\"" + part + "\" is not in: " + text);
        }
    }

    @Test
    void readsLineByLineKeepingEmptyLines() throws IOException {
        Path source = file("a.en", "one\n\nthree\n");
        Path target = file("a.fr", "un\ndeux\ntrois"); // no end of line at the end
        assertEquals(
                List.of(
                        new SentencePair("one", "un"),
                        new SentencePair("", "deux"),
                        new SentencePair("three", "trois")),
                AlignedFiles.of(source, target).readAll());
    }

    @Test
    void onlyLineFeedsEndLines() throws IOException {
        Path source = file("a.en", "a\u2028b\u0085c\rd\r\nsecond");
        Path target = file("a.fr", "x\ny\n");
        List<SentencePair> pairs = AlignedFiles.of(source, target).readAll();
        assertEquals("a\u2028b\u0085c\rd", pairs.get(0).source());
        assertEquals("second", pairs.get(1).source());
    }

    @Test
    void dropsAByteOrderMarkPlainOrCompressed() throws IOException {
        byte[] marked = "\uFEFFélan\n".getBytes(StandardCharsets.UTF_8);
        Path source = file("a.en", marked);
        Path target = file("no-suffix", gzip(marked));
        assertEquals(
                List.of(new SentencePair("élan", "élan")),
                AlignedFiles.of(source, target).readAll());
    }

    @Test
    void readsGzipOfSeveralMembers() throws IOException {
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.write(gzip("one\ntw".getBytes(StandardCharsets.UTF_8)));
        both.write(gzip("o\n".getBytes(StandardCharsets.UTF_8)));
        Path source = file("a.gz", both.toByteArray());
        assertEquals(
                List.of(new SentencePair("one", "1"), new SentencePair("two", "2")),
                AlignedFiles.of(source, file("b", "1\n2\n")).readAll());
    }

    @Test
    void canBeReadTwice() throws IOException {
        AlignedFiles files = AlignedFiles.of(file("a", "1\n2\n"), file("b", "x\ny\n"));
        assertEquals(files.readAll(), files.readAll());
    }

    @Test
    void namesBothCountsWhenTheyDiffer() throws IOException {
        Path three = file("three.en", "1\n2\n3\n");
        Path five = file("five.fr", "1\n2\n3\n4\n5");
        assertContains(refusal(three, five), "three.en has 3 lines", "five.fr has 5");
        assertContains(refusal(five, three), "five.fr has 5 lines", "three.en has 3");
    }

    @Test
    void refusesEmptyFiles() throws IOException {
        assertContains(refusal(file("a", ""), file("b", "")), "are empty");
        assertContains(refusal(file("c", ""), file("d", "x\n")), "c has 0 lines", "d has 1");
    }

    @Test
    void namesFileAndLineOfAWrongEncoding() throws IOException {
        byte[] latin = "fine\nun élan\n".getBytes(StandardCharsets.ISO_8859_1);
        String message = refusal(file("good", "a\nb\n"), file("latin.fr", latin));
        assertContains(message, "latin.fr, line 2,", "0xE9", "byte 4", "iconv");
    }

    @Test
    void refusesUtf16WithAndWithoutAMark() throws IOException {
        Path good = file("good", "a\n");
        Path marked = file("marked", "a\n".getBytes(StandardCharsets.UTF_16));
        assertContains(refusal(marked, good), "marked is UTF-16", "iconv");
        Path bare = file("bare", "a\n".getBytes(Charset.forName("UTF-16LE")));
        assertContains(refusal(bare, good), "bare, line 1,", "NUL");
    }

    @Test
    void refusesCutOverlongAndSurrogateUtf8() throws IOException {
        Path good = file("good", "a\n");
        byte[][] malformed = {
            {'a', (byte) 0xC3}, // cut after the first of two bytes
            {(byte) 0xC0, (byte) 0xAF}, // "/" in two bytes
            {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // a surrogate
            {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80} // above U+10FFFF
        };
        for (byte[] bytes : malformed) {
            assertContains(refusal(file("bad", bytes), good), "bad, line 1, is not UTF-8");
        }
    }

    @Test
    void readsCharactersAcrossBuffers() throws IOException {
        String line = "é𝄞漢".repeat(20_000);
        Path path = file("long", line + "\n" + line + "x\n");
        assertEquals(
                List.of(new SentencePair(line, line), new SentencePair(line + "x", line + "x")),
                AlignedFiles.of(path, path).readAll());
    }

    @Test
    void refusesDamagedArchivesAndOthers() throws IOException {
        Path good = file("good", "a\n");
        byte[] whole = gzip("line\n".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        Path cut = file("cut.gz", Arrays.copyOf(whole, whole.length / 2));
        assertContains(refusal(cut, cut), "cut.gz is a damaged or cut gzip file");
        Path head = file("head.gz", Arrays.copyOf(whole, 5));
        assertContains(refusal(head, good), "head.gz is a damaged");
        assertContains(refusal(file("a.zip", new byte[] {'P', 'K', 3, 4}), good), "zip archive");
    }

    @Test
    void refusesMissingFilesAndFolders() throws IOException {
        Path good = file("good", "a\n");
        assertContains(refusal(good, folder.resolve("absent.fr")), "absent.fr does not exist");
        assertContains(refusal(folder, good), "is a folder");
    }

    @Test
    void refusesOrSkipsOverlongLines() throws IOException {
        Path source = file("a.en", "short\n" + "x".repeat(1001) + "\nfits\n");
        Path target = file("a.fr", "court\nlong\n" + "y".repeat(1000) + "\n");
        LineLimit refuse = new LineLimit(1000, LineLimit.Policy.REFUSE);
        CorpusException e =
                assertThrows(
                        CorpusException.class,
                        () -> new AlignedFiles(source, target, refuse).readAll());
        assertContains(e.getMessage(), "a.en, line 2, has more than 1000 characters");
        assertEquals(
                List.of(
                        new SentencePair("short", "court"),
                        new SentencePair("fits", "y".repeat(1000))),
                new AlignedFiles(source, target, LineLimit.skipping(1000)).readAll());
    }

    /** 100 MB in one line, from 100 kB of gzip: more than a bounded reader may ever hold. */
    @Test
    void holdsNoAbsurdLineInMemory() throws IOException {
        byte[] part = new byte[1 << 20];
        Arrays.fill(part, (byte) 'x');
        Path bomb = folder.resolve("bomb.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(bomb))) {
            for (int i = 0; i < 100; i++) {
                out.write(part);
            }
            out.write("\nafter\n".getBytes(StandardCharsets.UTF_8));
        }
        AlignedFiles files = new AlignedFiles(bomb, bomb, LineLimit.skipping(1000));
        Runtime runtime = Runtime.getRuntime();
        System.gc();
        long before = runtime.totalMemory() - runtime.freeMemory();
        try (Stream<SentencePair> pairs = files.open()) {
            assertEquals(
                    List.of(new SentencePair("after", "after")),
                    pairs.peek(
                                    pair -> {
                                        System.gc();
                                        long now = runtime.totalMemory() - runtime.freeMemory();
                                        assertTrue(now - before < 30_000_000, "held " + now);
                                    })
                            .toList());
        }
        assertContains(refusal(bomb, bomb), "bomb.gz, line 1, has more than 100000 characters");
    }
}
