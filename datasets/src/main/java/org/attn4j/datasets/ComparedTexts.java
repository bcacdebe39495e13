package org.attn4j.datasets;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.attn4j.common.Require;

/**
 * Texts that are compared, and how alike the first two are: a pair, or an anchor with its positive
 * and any number of negatives.
 *
 * @param texts the texts, at least one
 * @param score how alike the first two are, or a label of them; not a number if it is not told
 * @param place the file and the line that they were read from, for messages
 */
public record ComparedTexts(List<String> texts, double score, String place) {

    public ComparedTexts {
        texts = List.copyOf(texts);
        Require.that(!texts.isEmpty(), "there must be a text to compare");
        Objects.requireNonNull(place, "place");
    }

    /**
     * The fields that hold them in a {@link FieldFile}.
     *
     * @param texts the fields of the texts, in their order; a list of JSON lines holds several
     * @param score the field of the score; empty for none
     * @param highest the highest score, by which all are divided
     */
    public record Fields(List<String> texts, String score, double highest) {

        public Fields {
            texts = List.copyOf(texts);
            Require.that(!texts.isEmpty(), "the fields of the texts must be named");
            Objects.requireNonNull(score, "score");
            Require.that(highest > 0, "highest must be positive, got highest=%s", highest);
        }
    }

    /**
     * Reads a file.
     *
     * @param path the file, tab-separated values or JSON lines
     * @param fields the fields that are wanted of each line
     * @param header whether the first line of tab-separated values holds names even if no field is
     *     asked for by name
     * @return the lines, all with the same number of texts
     * @throws IOException if the file cannot be read, a line lacks a field, or a text is empty
     */
    public static List<ComparedTexts> read(Path path, Fields fields, boolean header)
            throws IOException {
        List<String> wanted = new ArrayList<>(fields.texts);
        if (!fields.score.isEmpty()) {
            wanted.add(fields.score);
        }
        List<ComparedTexts> all = new ArrayList<>();
        FieldFile file = new FieldFile(path, wanted, header, LineLimit.DEFAULT);
        for (FieldFile.Line line : file.readAll()) {
            ComparedTexts next = of(line, fields);
            int count = next.texts.size();
            int first = all.isEmpty() ? count : all.get(0).texts.size();
            if (count != first) {
                throw new CorpusException(
                        "%s has %s texts, but the first line has %s: all must have as many"
                                .formatted(line.place(), count, first));
            }
            all.add(next);
        }
        if (all.isEmpty()) {
            throw new CorpusException(path + " holds no texts: check the file");
        }
        return all;
    }

    private static ComparedTexts of(FieldFile.Line line, Fields fields) throws CorpusException {
        List<String> texts = new ArrayList<>();
        for (String field : fields.texts) {
            for (String text : line.values().get(field)) {
                if (text.isBlank()) {
                    throw new CorpusException(
                            "%s has an empty text in the field \"%s\": fill it or remove the line"
                                    .formatted(line.place(), field));
                }
                texts.add(text);
            }
        }
        double score = Double.NaN;
        if (!fields.score.isEmpty()) {
            score = line.number(fields.score);
            if (Math.abs(score) > fields.highest) {
                throw new CorpusException(
                        "%s has the score %s in the field \"%s\", but the highest is said to be %s:"
                                        .formatted(
                                                line.place(), score, fields.score, fields.highest)
                                + " correct one of them");
            }
        }
        return new ComparedTexts(texts, score / fields.highest, line.place());
    }
}
