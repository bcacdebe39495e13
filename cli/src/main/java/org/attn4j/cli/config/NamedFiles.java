package org.attn4j.cli.config;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.attn4j.cli.config.DataConfig.Corpus;
import org.attn4j.cli.config.DataConfig.PairFiles;
import org.attn4j.datasets.AlignedFiles;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.download.Downloader;
import org.attn4j.datasets.download.NamedCorpus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The splits of a corpus that is known by name: files that the configuration names come first, then
 * the usual names in its folder, then the download.
 */
final class NamedFiles {

    private static final Logger logger = LoggerFactory.getLogger(NamedFiles.class);

    private NamedFiles() {}

    static Corpora of(DataConfig data) throws IOException {
        boolean multi30k = data.corpus() == Corpus.MULTI30K;
        return new Corpora(
                split(data, Usage.TRAIN, data.train(), multi30k ? "train" : "train-short30k"),
                split(data, Usage.VALIDATION, data.valid(), multi30k ? "val" : "dev"),
                split(data, Usage.TEST, data.test(), multi30k ? "test_2016_flickr" : "test"));
    }

    private static ParallelCorpus split(
            DataConfig data, Usage usage, PairFiles files, String usualName) throws IOException {
        if (!files.isEmpty()) {
            return Corpora.files(data, usage.name().toLowerCase(Locale.ROOT), files);
        }
        if (!data.folder().isEmpty()) {
            Path folder = Path.of(data.folder());
            return AlignedFiles.of(
                    folder.resolve(usualName + "." + data.sourceLanguage()),
                    folder.resolve(usualName + "." + data.targetLanguage()));
        }
        String name =
                "%s-%s-%s"
                        .formatted(
                                data.corpus().name().toLowerCase(Locale.ROOT),
                                data.sourceLanguage(),
                                data.targetLanguage());
        NamedCorpus corpus = NamedCorpus.of(name);
        if (usage == Usage.TRAIN) {
            logger.warn("{}: {}", name, corpus.licence());
        }
        return corpus.open(usage, Downloader.builder().build());
    }
}
