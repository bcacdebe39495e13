package org.attn4j.models.task;

import ai.djl.Application;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.attn4j.models.pretrained.ConfigReader;
import org.attn4j.models.pretrained.ModelFamilies;
import org.attn4j.models.pretrained.ModelFamily;

/** What a model is used for. */
public enum Task {
    /** Words for the places that a text leaves open. */
    FILL_MASK("fill-mask", "ForMaskedLM", Application.NLP.FILL_MASK),
    /** A class of a text or a pair of texts. */
    TEXT_CLASSIFICATION(
            "text-classification",
            "ForSequenceClassification",
            Application.NLP.TEXT_CLASSIFICATION),
    /** A class of a text, out of classes that are named when asking. */
    ZERO_SHOT_CLASSIFICATION(
            "zero-shot-classification",
            "ForSequenceClassification",
            Application.NLP.ZERO_SHOT_CLASSIFICATION),
    /** The place in a text that answers a question. */
    QUESTION_ANSWERING(
            "question-answering", "ForQuestionAnswering", Application.NLP.QUESTION_ANSWER),
    /** A class of each token, and of the words and names they make. */
    TOKEN_CLASSIFICATION(
            "token-classification", "ForTokenClassification", Application.NLP.TOKEN_CLASSIFICATION),
    /** A vector for a text. */
    TEXT_EMBEDDING("text-embedding", null, Application.NLP.TEXT_EMBEDDING);

    private final String label;
    private final String ending;
    private final Application application;

    Task(String label, String ending, Application application) {
        this.label = label;
        this.ending = ending;
        this.application = application;
    }

    /**
     * Finds a task by its name.
     *
     * @param name the name of a pipeline of transformers, such as {@code fill-mask}, or the path of
     *     a DJL application, such as {@code nlp/fill_mask}
     * @return the task
     * @throws IllegalArgumentException if there is none of this name
     */
    public static Task of(String name) {
        String wanted = name.toLowerCase(Locale.ROOT);
        for (Task task : values()) {
            if (task.label.equals(wanted) || task.application.getPath().equals(wanted)) {
                return task;
            }
        }
        return switch (wanted) {
            case "sentiment-analysis", "nlp/sentiment_analysis" -> TEXT_CLASSIFICATION;
            case "ner" -> TOKEN_CLASSIFICATION;
            case "feature-extraction", "sentence-similarity", "nlp/word_embedding" ->
                    TEXT_EMBEDDING;
            default ->
                    throw new IllegalArgumentException(
                            "task must be one of "
                                    + Arrays.stream(values()).map(Task::toString).toList()
                                    + ", got "
                                    + name);
        };
    }

    /**
     * Tells from a configuration what a model is for.
     *
     * @param config the content of its {@code config.json}
     * @return the task of the head that it names; {@link #TEXT_EMBEDDING} if it names none of these
     */
    public static Task of(JsonObject config) {
        String named = named(config).orElse("");
        for (Task task : values()) {
            if (task.ending != null && named.endsWith(task.ending)) {
                return task;
            }
        }
        return TEXT_EMBEDDING;
    }

    /**
     * Chooses the model for this task.
     *
     * @param config the content of a {@code config.json}
     * @return the architecture that the configuration names if it is for this task; else the one of
     *     the family that is
     * @throws IllegalArgumentException if the family is not known or has no such model
     */
    String architecture(JsonObject config) {
        Optional<String> named = named(config);
        if (named.isPresent() && named.get().endsWith(ending)) {
            return named.get();
        }
        String type = new ConfigReader(config, "config.json").text("model_type", "");
        Optional<ModelFamily> family = ModelFamilies.find(type);
        return family.stream()
                .flatMap(it -> it.architectures().stream())
                .filter(architecture -> architecture.endsWith(ending))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "the model is "
                                                + named.orElse("of the family " + type)
                                                + ", and "
                                                + label
                                                + " needs one whose name ends in "
                                                + ending));
    }

    static Optional<String> named(JsonObject config) {
        var names = new ConfigReader(config, "config.json").texts("architectures");
        return names == null || names.isEmpty() ? Optional.empty() : Optional.of(names.get(0));
    }

    /**
     * Returns what DJL calls the task.
     *
     * @return the application
     */
    public Application application() {
        return application;
    }

    /** Returns the name of the task's pipeline in transformers. */
    @Override
    public String toString() {
        return label;
    }
}
