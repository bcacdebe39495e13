package org.attn4j.models.task;

import ai.djl.Application;
import com.google.gson.JsonObject;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.attn4j.models.config.ConfigReader;
import org.attn4j.models.model.ModelFamilies;
import org.attn4j.models.model.ModelFamily;

/** What a model is used for. */
public enum Task {
    /** Words for the masks of a text. */
    FILL_MASK("fill-mask", Application.NLP.FILL_MASK, "ForMaskedLM"),
    /** A class of a text or a pair of texts. */
    TEXT_CLASSIFICATION(
            "text-classification",
            Application.NLP.TEXT_CLASSIFICATION,
            "ForSequenceClassification"),
    /** A class of a text, out of classes that are named when asking. */
    ZERO_SHOT_CLASSIFICATION(
            "zero-shot-classification",
            Application.NLP.ZERO_SHOT_CLASSIFICATION,
            "ForSequenceClassification"),
    /** The part of a text that answers a question. */
    QUESTION_ANSWERING(
            "question-answering", Application.NLP.QUESTION_ANSWER, "ForQuestionAnswering"),
    /** A class of each token, and of the words and names they make. */
    TOKEN_CLASSIFICATION(
            "token-classification", Application.NLP.TOKEN_CLASSIFICATION, "ForTokenClassification"),
    /** A text in another language. */
    TRANSLATION(
            "translation",
            Application.NLP.MACHINE_TRANSLATION,
            "MTModel",
            "ForConditionalGeneration",
            "EncoderDecoderModel",
            "TransformerModel",
            "RecurrentModel",
            "PreNormSeq2SeqTransformer"),
    /** A text that goes on where another ends, or that another is turned into. */
    TEXT_GENERATION(
            "text-generation",
            Application.NLP.TEXT_GENERATION,
            "ForCausalLM",
            "LMHeadModel",
            "ForConditionalGeneration",
            "MTModel",
            "EncoderDecoderModel",
            "TransformerModel",
            "RecurrentModel",
            "PreNormSeq2SeqTransformer"),
    /** A vector for a text. */
    TEXT_EMBEDDING("text-embedding", Application.NLP.TEXT_EMBEDDING);

    private static final Set<String> FILLING_DECODERS = Set.of("bart", "mbart");

    private final String label;
    private final Application application;
    private final List<String> endings;

    Task(String label, Application application, String... endings) {
        this.label = label;
        this.application = application;
        this.endings = List.of(endings);
    }

    private boolean isOf(String architecture) {
        return endings.stream().anyMatch(architecture::endsWith);
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
            case "text2text-generation", "summarization" -> TEXT_GENERATION;
            case "feature-extraction", "sentence-similarity", "nlp/word_embedding" ->
                    TEXT_EMBEDDING;
            default ->
                    throw new IllegalArgumentException(
                            "task must be one of %s, got %s"
                                    .formatted(
                                            Arrays.stream(values()).map(Task::toString).toList(),
                                            name));
        };
    }

    /**
     * Tells from a configuration what a model is for.
     *
     * @param config the content of its {@code config.json}
     * @return the task of the head that it names, or that the family's base model has; {@link
     *     #TEXT_EMBEDDING} if that is none of these
     */
    public static Task of(JsonObject config) {
        String type = new ConfigReader(config, "config.json").string("model_type", "");
        String named =
                named(config)
                        .or(() -> ModelFamilies.find(type).map(it -> it.architectures().get(0)))
                        .orElse("");
        for (Task task : values()) {
            if (task.isOf(named)) {
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
     * @throws IllegalArgumentException if the family has no such model
     */
    String architecture(JsonObject config) {
        Optional<String> named = named(config);
        String type = new ConfigReader(config, "config.json").string("model_type", "");
        if (this == FILL_MASK && FILLING_DECODERS.contains(type)) {
            return TRANSLATION.architecture(config); // they were trained to restore texts
        }
        if (named.isPresent() && isOf(named.get())) {
            return named.get();
        }
        Optional<ModelFamily> family = ModelFamilies.find(type);
        if (family.isEmpty()) {
            return named.orElse(""); // loading refuses the family, and tells which there are
        }
        return family.get().architectures().stream()
                .filter(this::isOf)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        ("the model is %s, and %s needs one"
                                                        + " whose name ends in %s")
                                                .formatted(
                                                        named.orElse("of the family " + type),
                                                        label,
                                                        String.join(" or ", endings))));
    }

    static Optional<String> named(JsonObject config) {
        var names = new ConfigReader(config, "config.json").strings("architectures");
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
