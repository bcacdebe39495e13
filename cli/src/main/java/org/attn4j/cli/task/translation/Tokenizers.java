package org.attn4j.cli.task.translation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.cli.config.TranslationConfig;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.SentencePair;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.checkpoint.ModelDirectory;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.TokenizerTrainer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tokenizer of both sides: one file for a shared vocabulary, two for one each.
 *
 * @param tokenizer the tokenizer
 * @param files the files they were read from
 */
record Tokenizers(ModelTokenizer tokenizer, List<Path> files) implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(Tokenizers.class);

    /** Learns the vocabularies of a run from its training corpus and writes them to a folder. */
    static Tokenizers train(TranslationConfig config, ParallelCorpus corpus, Path folder)
            throws IOException {
        TokenizerTrainer source = new TokenizerTrainer(config.tokenizer());
        TokenizerTrainer target =
                config.sharedVocabulary() ? source : new TokenizerTrainer(config.tokenizer());
        try (Stream<SentencePair> pairs = corpus.open()) {
            pairs.forEach(
                    pair -> {
                        source.add(pair.source());
                        target.add(pair.target());
                    });
        }
        Files.createDirectories(folder);
        try {
            write(config, source, target, folder);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "no vocabulary can be learned from %s: %s"
                            .formatted(corpus.name(), e.getMessage()),
                    e);
        }
        return load(folder, config.model().sourceEos());
    }

    private static void write(
            TranslationConfig config, TokenizerTrainer source, TokenizerTrainer target, Path folder)
            throws IOException {
        if (config.sharedVocabulary()) {
            source.train().write(folder.resolve(ModelDirectory.TOKENIZER));
        } else {
            source.train().write(folder.resolve(ModelDirectory.SOURCE_TOKENIZER));
            target.train().write(folder.resolve(ModelDirectory.TARGET_TOKENIZER));
        }
    }

    /** Brings back the tokenizers that a run was saved with, where they are missing or changed. */
    static void restore(Path checkpoint, Path folder) throws IOException {
        Files.createDirectories(folder);
        for (String name :
                List.of(
                        ModelDirectory.TOKENIZER,
                        ModelDirectory.SOURCE_TOKENIZER,
                        ModelDirectory.TARGET_TOKENIZER)) {
            Path saved = checkpoint.resolve(name);
            Path own = folder.resolve(name);
            if (!Files.isRegularFile(saved)) {
                continue;
            }
            if (Files.isRegularFile(own) && Files.mismatch(saved, own) < 0) {
                continue;
            }
            LOGGER.warn("{} is not what the run was saved with, and is brought back", own);
            AtomicFile.writeString(own, Files.readString(saved));
        }
    }

    static boolean isIn(Path folder) {
        return Files.exists(folder.resolve(ModelDirectory.TOKENIZER))
                || Files.exists(folder.resolve(ModelDirectory.TARGET_TOKENIZER));
    }

    /** Loads what {@link #train} wrote; sources end with the end token if the model wants that. */
    static Tokenizers load(Path folder, boolean sourceEnds) throws IOException {
        Path shared = folder.resolve(ModelDirectory.TOKENIZER);
        if (Files.exists(shared)) {
            return new Tokenizers(
                    ModelTokenizer.trained(shared, null, sourceEnds), List.of(shared));
        }
        Path source = folder.resolve(ModelDirectory.SOURCE_TOKENIZER);
        Path target = folder.resolve(ModelDirectory.TARGET_TOKENIZER);
        return new Tokenizers(
                ModelTokenizer.trained(source, target, sourceEnds), List.of(source, target));
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
