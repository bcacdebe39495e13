package org.attn4j.cli.task.retrieval;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.attn4j.cli.task.RunContext;
import org.attn4j.common.Require;
import org.attn4j.datasets.ComparedTexts;
import org.attn4j.models.checkpoint.AtomicFile;
import org.attn4j.models.task.TextEmbedder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The section {@code negatives}: hard negatives that a model of embeddings finds, as {@code
 * mine_hard_negatives} of sentence-transformers does. Of the documents that are most like an anchor
 * and none of its positives, those of some ranks that are less like it than its positive by a
 * margin.
 *
 * @param count how many for each pair; 0 for none
 * @param skip how many of the first ranks are left out, which may be unmarked positives
 * @param candidates how many ranks are looked at
 * @param margin by how much its cosine with the anchor must be below the positive's
 */
record Negatives(int count, int skip, int candidates, double margin) {

    static final Negatives NONE = new Negatives(0, 0, 50, 0);

    private static final Logger LOGGER = LoggerFactory.getLogger(Negatives.class);
    private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final String FILE = "hard-negatives.jsonl";
    private static final String TEXTS = "texts";

    Negatives {
        Require.that(
                count >= 0 && skip >= 0 && candidates >= skip + count,
                "count and skip must not be negative, and candidates at least both together, got"
                        + " count=%s, skip=%s, candidates=%s",
                count,
                skip,
                candidates);
    }

    /** Makes the rows with their negatives. */
    interface Mining {

        List<ComparedTexts> mine() throws IOException;
    }

    /**
     * The rows with negatives behind their texts. They are found once and kept in a file, which a
     * run that goes on reads: its model has changed meanwhile.
     */
    static List<ComparedTexts> kept(RunContext context, Mining mining) throws IOException {
        Path file = context.directory().training().resolve(FILE);
        boolean goesOn = context.checkpoint().isPresent();
        if (goesOn && !Files.exists(file)) {
            throw new IOException(
                    file + " is missing, which the run that goes on learnt from: put it back");
        }
        if (!goesOn) {
            StringBuilder lines = new StringBuilder();
            for (ComparedTexts row : mining.mine()) {
                JsonObject line = new JsonObject();
                line.add(TEXTS, GSON.toJsonTree(row.texts()));
                lines.append(GSON.toJson(line)).append('\n');
            }
            Files.createDirectories(file.getParent());
            AtomicFile.writeString(file, lines.toString());
        }
        return ComparedTexts.read(file, new ComparedTexts.Fields(List.of(TEXTS), "", 1), false);
    }

    /**
     * Finds them.
     *
     * @param pairs anchors and positives
     * @param others documents beside the positives
     */
    List<ComparedTexts> mine(
            List<ComparedTexts> pairs,
            Collection<String> others,
            TextEmbedder queries,
            TextEmbedder documents)
            throws IOException {
        Map<String, Set<String>> positives = new HashMap<>();
        Set<String> all = new LinkedHashSet<>();
        for (ComparedTexts pair : pairs) {
            Require.that(
                    pair.texts().size() == 2,
                    "negatives are looked for pairs, got %s texts at %s",
                    pair.texts().size(),
                    pair.place());
            positives
                    .computeIfAbsent(pair.texts().get(0), it -> new HashSet<>())
                    .add(pair.texts().get(1));
            all.add(pair.texts().get(1));
        }
        all.addAll(others);
        Ranking ranking = Ranking.of(new ArrayList<>(all), documents);
        List<String> anchors = List.copyOf(positives.keySet());
        Map<String, float[]> vectors = Ranking.vectors(anchors, queries);
        List<ComparedTexts> mined = new ArrayList<>();
        for (ComparedTexts pair : pairs) {
            String anchor = pair.texts().get(0);
            List<String> found =
                    found(ranking, vectors.get(anchor), pair.texts().get(1), positives.get(anchor));
            if (found.size() == count) {
                List<String> texts = new ArrayList<>(pair.texts());
                texts.addAll(found);
                mined.add(new ComparedTexts(texts, pair.score(), pair.place()));
            }
        }
        Require.that(
                !mined.isEmpty(),
                "no pair has %s negatives among ranks %s to %s: lower margin, or raise candidates",
                count,
                skip + 1,
                candidates);
        if (mined.size() < pairs.size()) {
            LOGGER.warn(
                    "{} of {} pairs are left out, which have fewer than {} negatives: lower margin,"
                            + " or raise candidates",
                    pairs.size() - mined.size(),
                    pairs.size(),
                    count);
        }
        return mined;
    }

    private List<String> found(
            Ranking ranking, float[] anchor, String positive, Set<String> positives) {
        double least = ranking.similarity(anchor, positive) - margin;
        List<String> found = new ArrayList<>();
        int rank = 0;
        for (Ranking.Hit hit : ranking.best(anchor, candidates + positives.size())) {
            if (positives.contains(hit.text()) || rank++ < skip) {
                continue;
            }
            if (rank > candidates || found.size() == count) {
                break;
            }
            if (hit.score() < least) {
                found.add(hit.text());
            }
        }
        return found;
    }
}
