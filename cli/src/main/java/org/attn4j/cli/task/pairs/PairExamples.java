package org.attn4j.cli.task.pairs;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.attn4j.datasets.BatchingConfig.Overlong;
import org.attn4j.datasets.Collator;
import org.attn4j.datasets.CorpusException;
import org.attn4j.datasets.ExampleDataset;
import org.attn4j.datasets.ParallelCorpus;
import org.attn4j.datasets.SentencePair;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How a kind of model learns of pairs.
 *
 * @param <E> an encoded pair
 */
interface PairExamples<E> extends Collator<E> {

    Logger LOGGER = LoggerFactory.getLogger(PairExamples.class);

    /** The names of the data of a batch. */
    List<String> inputs();

    /**
     * Encodes a pair.
     *
     * @param most how many tokens are kept; 0 for all
     */
    E encode(SentencePair pair, int most);

    /** How many tokens an encoded pair has. */
    int length(E example);

    /**
     * Reads and encodes a corpus.
     *
     * @param learned whether it is learned: what is empty or too long may then be left out
     */
    default ExampleDataset<E> read(ParallelCorpus corpus, PairsConfig config, boolean learned)
            throws IOException {
        int most = config.batching().maxLength();
        boolean cuts = !learned || config.batching().overlong() == Overlong.TRUNCATE;
        List<E> examples = new ArrayList<>();
        int empty = 0;
        int overlong = 0;
        for (SentencePair pair : corpus.readAll()) {
            if (learned && pair.hasEmptySide()) {
                empty++;
                continue;
            }
            E whole = encode(pair, 0);
            boolean fits = length(whole) <= most;
            overlong += fits ? 0 : 1;
            if (fits || cuts) {
                examples.add(fits ? whole : encode(pair, most));
            }
        }
        String left =
                "%s pairs kept, %s with an empty side left out, %s longer than %s tokens %s"
                        .formatted(
                                examples.size(), empty, overlong, most, cuts ? "cut" : "left out");
        if (examples.isEmpty()) {
            throw new CorpusException(
                    "%s leaves no pair to use (%s): check the files, or raise batching.maxLength"
                            .formatted(corpus.name(), left));
        }
        if (empty + overlong > 0) {
            LOGGER.warn("{}: {}", corpus.name(), left);
        }
        return ExampleDataset.of(examples, this::length, config.batches(learned), this);
    }
}
