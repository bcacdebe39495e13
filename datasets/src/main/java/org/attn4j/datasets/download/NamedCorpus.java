package org.attn4j.datasets.download;

import ai.djl.training.dataset.Dataset.Usage;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.attn4j.datasets.ParallelCorpus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A corpus of others that is known by name and fetched from where they publish it.
 *
 * <p>The names are {@code multi30k-de-en} and the other directions between German, English and
 * French, and {@code tatoeba-en-fr} and {@code tatoeba-fr-en}.
 */
public abstract sealed class NamedCorpus permits Multi30k, Tatoeba {

    private static final Logger LOGGER = LoggerFactory.getLogger(NamedCorpus.class);

    private final String name;
    private final String source;
    private final String target;

    NamedCorpus(String collection, String source, String target) {
        this.name = collection + "-" + source + "-" + target;
        this.source = source;
        this.target = target;
    }

    /**
     * Returns all corpora that have a name.
     *
     * @return the corpora
     */
    public static List<NamedCorpus> all() {
        return Stream.concat(
                        Multi30k.directions().map(NamedCorpus.class::cast),
                        Tatoeba.directions().map(NamedCorpus.class::cast))
                .toList();
    }

    /**
     * Finds a corpus.
     *
     * @param name its name
     * @return the corpus
     * @throws IllegalArgumentException if none has that name, naming those there are
     */
    public static NamedCorpus of(String name) {
        return all().stream()
                .filter(corpus -> corpus.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no corpus is named \"%s\"; there are %s"
                                                .formatted(
                                                        name,
                                                        String.join(
                                                                ", ",
                                                                all().stream()
                                                                        .map(NamedCorpus::name)
                                                                        .toList()))));
    }

    /**
     * Returns the name.
     *
     * @return the collection and the languages, as in {@code multi30k-de-en}
     */
    public final String name() {
        return name;
    }

    /**
     * Returns the code of the language to translate from.
     *
     * @return the code, such as {@code de}
     */
    public final String source() {
        return source;
    }

    /**
     * Returns the code of the language to translate to.
     *
     * @return the code, such as {@code en}
     */
    public final String target() {
        return target;
    }

    /**
     * Says what may be done with the corpus, and whose work it is.
     *
     * @return one or two sentences
     */
    public abstract String licence();

    /**
     * Returns the files that a part is made of.
     *
     * @param usage which part
     * @return the files
     */
    public abstract List<RemoteFile> files(Usage usage);

    /**
     * Returns a part of the corpus, fetching what is not in the cache. The licence is logged.
     *
     * @param usage which part
     * @param downloader fetches the files
     * @return the part
     * @throws IOException if a file cannot be fetched
     */
    public final ParallelCorpus open(Usage usage, Downloader downloader) throws IOException {
        LOGGER.info("{}: {}", name, licence());
        return corpus(usage, downloader);
    }

    abstract ParallelCorpus corpus(Usage usage, Downloader downloader) throws IOException;
}
