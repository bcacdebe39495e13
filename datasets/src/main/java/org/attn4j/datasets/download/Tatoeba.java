package org.attn4j.datasets.download;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.attn4j.common.FileLocks;
import org.attn4j.datasets.LineLimit;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.SentencePair;
import org.attn4j.datasets.TsvCorpus;

/**
 * English and French sentence pairs of tatoeba.org, as selected by manythings.org/anki. The archive
 * is replaced now and then, so that its digest cannot be known before: that of the first download
 * is recorded. It has no parts; ours follow from the English sentence alone, about one hundredth
 * each to validate and to test with, so that all translations of a sentence are in one part.
 */
final class Tatoeba extends NamedCorpus {

    private static final RemoteFile ARCHIVE =
            new RemoteFile(
                    "tatoeba/fra-eng.zip",
                    URI.create("https://www.manythings.org/anki/fra-eng.zip"),
                    null,
                    200_000_000);
    private static final String ENTRY = "fra.txt";
    private static final long MOST_TEXT = 1_000_000_000;

    private final boolean fromEnglish;
    private final RemoteFile archive;

    Tatoeba(boolean fromEnglish, RemoteFile archive) {
        super("tatoeba", fromEnglish ? "en" : "fr", fromEnglish ? "fr" : "en");
        this.fromEnglish = fromEnglish;
        this.archive = archive;
    }

    static Stream<Tatoeba> directions() {
        return Stream.of(new Tatoeba(true, ARCHIVE), new Tatoeba(false, ARCHIVE));
    }

    @Override
    public String licence() {
        return "Sentences of tatoeba.org selected by manythings.org/anki: Creative Commons"
                + " Attribution 2.0 France (CC BY 2.0 FR); the third column of the file names the"
                + " authors.";
    }

    @Override
    public List<RemoteFile> files(Usage usage) {
        return List.of(archive);
    }

    @Override
    ParallelCorpus corpus(Usage usage, Downloader downloader) throws IOException {
        Path zip = downloader.fetch(archive);
        Path text = zip.resolveSibling(ENTRY);
        try (Closeable lock = FileLocks.acquire(zip.resolveSibling(ENTRY + ".lock"))) {
            Objects.requireNonNull(lock);
            FileTime fetched = Files.getLastModifiedTime(zip);
            boolean stale = !Files.exists(text) || !Files.getLastModifiedTime(text).equals(fetched);
            if (stale) {
                ZipArchive.extract(zip, ENTRY, text, MOST_TEXT);
                Files.setLastModifiedTime(text, fetched);
            }
        }
        TsvCorpus all =
                new TsvCorpus(
                        text, fromEnglish ? 1 : 2, fromEnglish ? 2 : 1, false, LineLimit.DEFAULT);
        return new Part(all, usage, fromEnglish);
    }

    /** The pairs of one part. */
    private record Part(TsvCorpus all, Usage usage, boolean fromEnglish) implements ParallelCorpus {

        @Override
        public String name() {
            return all.name();
        }

        @Override
        public Stream<SentencePair> open() throws IOException {
            return all.open()
                    .filter(pair -> usageOf(fromEnglish ? pair.source() : pair.target()) == usage);
        }
    }

    private static Usage usageOf(String english) {
        CRC32 crc = new CRC32();
        crc.update(english.getBytes(StandardCharsets.UTF_8));
        return switch ((int) (crc.getValue() % 100)) {
            case 0 -> Usage.TEST;
            case 1 -> Usage.VALIDATION;
            default -> Usage.TRAIN;
        };
    }
}
