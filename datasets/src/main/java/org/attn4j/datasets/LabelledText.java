package org.attn4j.datasets;

import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import org.attn4j.common.Require;

/**
 * A text, or a pair of texts, and what it is labelled with.
 *
 * @param text the text
 * @param pair the second text; null for a text that stands alone
 * @param labels its labels as they are written: one class or number, or any number of classes
 * @param place the file and the line that it was read from, for messages
 */
public record LabelledText(String text, String pair, List<String> labels, String place) {

    public LabelledText {
        Objects.requireNonNull(text, "text");
        Objects.requireNonNull(place, "place");
        labels = List.copyOf(labels);
    }

    /**
     * The fields that hold it in a {@link FieldFile}.
     *
     * @param text the field of the text
     * @param pair the field of the second text; empty for texts that stand alone
     * @param label the field of the label
     * @param separator what separates the labels of a text that may have several; empty for one
     *     label each. A list of JSON lines holds several labels without a separator.
     */
    public record Fields(String text, String pair, String label, String separator) {

        public Fields {
            Require.that(
                    !text.isBlank() && !label.isBlank(),
                    "the fields of text and label must be named, got text='%s', label='%s'",
                    text,
                    label);
            Objects.requireNonNull(pair, "pair");
            Objects.requireNonNull(separator, "separator");
        }

        /**
         * Returns the fields that are wanted of a file.
         *
         * @return two fields, or three of pairs
         */
        public List<String> names() {
            return pair.isEmpty() ? List.of(text, label) : List.of(text, pair, label);
        }
    }

    /**
     * Takes it out of a line.
     *
     * @param line the line
     * @param fields the fields that hold it
     * @return the labelled text
     * @throws CorpusException if the text is empty, or a field holds several texts
     */
    public static LabelledText of(FieldFile.Line line, Fields fields) throws CorpusException {
        String pair = fields.pair.isEmpty() ? null : notEmpty(line, fields.pair);
        return new LabelledText(
                notEmpty(line, fields.text), pair, labels(line, fields), line.place());
    }

    private static String notEmpty(FieldFile.Line line, String field) throws CorpusException {
        String text = line.text(field);
        if (text.isBlank()) {
            throw new CorpusException(
                    "%s has an empty text in the field \"%s\": fill it or remove the line"
                            .formatted(line.place(), field));
        }
        return text;
    }

    private static List<String> labels(FieldFile.Line line, Fields fields) {
        List<String> written = line.values().get(fields.label);
        if (fields.separator.isEmpty() || written.size() != 1) {
            return written.stream().map(String::strip).toList();
        }
        return List.of(written.get(0).split(Pattern.quote(fields.separator))).stream()
                .map(String::strip)
                .filter(label -> !label.isEmpty())
                .toList();
    }
}
