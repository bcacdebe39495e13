package org.attn4j.cli.task.encoder;

import com.google.gson.JsonObject;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.datasets.CorpusException;

/**
 * The classes of a run, in the order of the logits.
 *
 * @param written what the data call them
 * @param names what the model calls them
 */
record Labels(List<String> written, List<String> names) {

    private static final int MOST = 1000;
    private static final String OUTSIDE = "O";

    Labels {
        Require.that(
                names.isEmpty() || names.size() == written.size(),
                "data.labelNames must name each of data.labels, got labels=%s, labelNames=%s",
                written,
                names);
        Require.that(
                new HashSet<>(written).size() == written.size()
                        && new HashSet<>(names).size() == names.size(),
                "the labels of data.labels and data.labelNames must differ, got %s and %s",
                written,
                names);
        names = names.isEmpty() ? written : names;
    }

    /** The classes that a configuration names, or else those that the data have. */
    static Labels of(List<String> configured, List<String> names, Collection<String> found) {
        if (!configured.isEmpty()) {
            return new Labels(configured, names);
        }
        List<String> different = found.stream().distinct().sorted(ORDER).toList();
        Require.that(
                different.size() <= MOST,
                "the training data have %s different labels: check the field of the labels, or name"
                        + " them in data.labels",
                different.size());
        return new Labels(different, names);
    }

    /** The classes of a model, by the names that the data have for them. */
    static Labels ofModel(List<String> ofModel, List<String> configured) {
        Require.that(
                configured.isEmpty() || configured.size() == ofModel.size(),
                "data.labels must name the %s classes of the model, %s, got %s",
                ofModel.size(),
                ofModel,
                configured);
        return new Labels(configured.isEmpty() ? ofModel : configured, ofModel);
    }

    /** Numbers by their size, the rest by the alphabet; first what is outside of entities. */
    private static final Comparator<String> ORDER =
            Comparator.comparing((String label) -> !label.equals(OUTSIDE))
                    .thenComparing(
                            label -> label.matches("[0-9]{1,9}") ? Integer.valueOf(label) : -1)
                    .thenComparing(Comparator.naturalOrder());

    /** What the model calls a label; one that is no class by what the data say. */
    String name(String label) {
        int index = written.indexOf(label);
        return index < 0 ? label : names.get(index);
    }

    int size() {
        return written.size();
    }

    /** The index of a label. */
    int index(String label, String place) throws CorpusException {
        int index = written.indexOf(label);
        if (index < 0) {
            throw new CorpusException(
                    "%s has the label '%s', which is none of %s: correct it, or name all labels in"
                                    .formatted(place, label, written)
                            + " data.labels");
        }
        return index;
    }

    /** Writes the classes into a {@code config.json}. */
    JsonObject into(JsonObject config) {
        JsonObject byId = new JsonObject();
        JsonObject byLabel = new JsonObject();
        for (int i = 0; i < names.size(); i++) {
            byId.addProperty(String.valueOf(i), names.get(i));
            byLabel.addProperty(names.get(i), i);
        }
        config.add("id2label", byId);
        config.add("label2id", byLabel);
        config.remove("num_labels"); // follows from id2label
        config.remove("problem_type");
        return config;
    }
}
