package org.attn4j.models.task;

import ai.djl.Model;
import ai.djl.modality.Classifications;
import ai.djl.modality.Input;
import ai.djl.modality.Output;
import ai.djl.modality.nlp.qa.QAInput;
import ai.djl.modality.nlp.translator.CrossEncoderServingTranslator;
import ai.djl.modality.nlp.translator.NamedEntity;
import ai.djl.modality.nlp.translator.QaServingTranslator;
import ai.djl.modality.nlp.translator.TextClassificationServingTranslator;
import ai.djl.modality.nlp.translator.TextEmbeddingServingTranslator;
import ai.djl.modality.nlp.translator.TokenClassificationServingTranslator;
import ai.djl.modality.nlp.translator.ZeroShotClassificationInput;
import ai.djl.modality.nlp.translator.ZeroShotClassificationOutput;
import ai.djl.modality.nlp.translator.ZeroShotClassificationServingTranslator;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorFactory;
import ai.djl.util.Pair;
import ai.djl.util.StringPair;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.attn4j.models.model.sentence.Pooling;
import org.attn4j.models.tokenizer.TextPair;

/**
 * Makes the translators of published models for DJL's predictors, with the input and output types
 * and the arguments that DJL's own translators have:
 *
 * <table>
 * <caption>Types, tasks and arguments</caption>
 * <tr><th>types</th><th>task</th><th>arguments</th></tr>
 * <tr><td>{@code String → Classifications}</td><td>fill-mask, one mask in a text</td>
 *     <td>{@code topK}, {@code targets}</td></tr>
 * <tr><td>{@code String → Classifications[]}</td><td>fill-mask, a result for each mask</td>
 *     <td>the same</td></tr>
 * <tr><td>{@code String} or {@code StringPair → Classifications}</td><td>text-classification</td>
 *     <td>{@code function}, {@code truncation}</td></tr>
 * <tr><td>{@code StringPair → float[]}</td><td>the scores alone, as cross-encoders of
 *     sentence-transformers give them</td>
 *     <td>the same; {@code reranking=true} for serving</td></tr>
 * <tr><td>{@code ZeroShotClassificationInput → ZeroShotClassificationOutput}</td>
 *     <td>zero-shot-classification</td><td></td></tr>
 * <tr><td>{@code QAInput → String} or {@code Answer[]}</td><td>question-answering</td>
 *     <td>{@code topK}, {@code maxAnswerTokens}, {@code maxLength}, {@code stride}, {@code
 *     impossible}, {@code wholeWords}</td></tr>
 * <tr><td>{@code String → NamedEntity[]}</td><td>token-classification</td>
 *     <td>{@code aggregation_strategy}, {@code ignore_labels}, {@code stride}</td></tr>
 * <tr><td>{@code String → String}</td><td>text-generation, translation</td>
 *     <td>{@code generate.NAME}, such as {@code generate.max_new_tokens}, for the arguments of
 *     transformers' {@code generate}; {@code sourceLanguage}, {@code targetLanguage}, {@code
 *     generationTask}</td></tr>
 * <tr><td>{@code String → float[]}</td><td>text-embedding</td>
 *     <td>{@code pooling}, {@code normalize}, {@code prompt}, {@code promptName}</td></tr>
 * <tr><td>{@code Input → Output}</td><td>the model's, or the argument {@code task}: what DJL
 *     Serving sends and expects as JSON</td><td>the task's</td></tr>
 * </table>
 *
 * <p>The model's block must be a {@link TaskBlock}, as {@link TaskBlockFactory} makes it.
 */
public final class TaskTranslatorFactory implements TranslatorFactory, Serializable {

    private static final long serialVersionUID = 1L;

    private static final Set<Pair<Type, Type>> TYPES =
            Set.of(
                    new Pair<>(String.class, Classifications.class),
                    new Pair<>(String.class, Classifications[].class),
                    new Pair<>(StringPair.class, Classifications.class),
                    new Pair<>(StringPair.class, float[].class),
                    new Pair<>(
                            ZeroShotClassificationInput.class, ZeroShotClassificationOutput.class),
                    new Pair<>(QAInput.class, String.class),
                    new Pair<>(QAInput.class, Answer[].class),
                    new Pair<>(String.class, NamedEntity[].class),
                    new Pair<>(String.class, float[].class),
                    new Pair<>(String.class, String.class),
                    new Pair<>(Input.class, Output.class));

    /** Creates a factory; called by DJL. */
    public TaskTranslatorFactory() {}

    /** {@inheritDoc} */
    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        return TYPES;
    }

    /** {@inheritDoc} */
    @Override
    @SuppressWarnings("unchecked")
    public <I, O> Translator<I, O> newInstance(
            Class<I> input, Class<O> output, Model model, Map<String, ?> arguments)
            throws TranslateException {
        if (!isSupported(input, output)) {
            throw new TranslateException(
                    "a published model does not translate " + input + " to " + output);
        }
        if (!(model.getBlock() instanceof TaskBlock block)) {
            throw new TranslateException(
                    "the model's block must be made by "
                            + TaskBlockFactory.class.getName()
                            + ": name it as the blockFactory");
        }
        try {
            Translators translators =
                    new Translators(
                            block.model(), task(block, arguments), new TaskArguments(arguments));
            Translator<?, ?> made =
                    input == Input.class ? translators.serving() : translators.of(input, output);
            return (Translator<I, O>) made;
        } catch (IOException | IllegalArgumentException e) {
            throw new TranslateException(e.getMessage(), e);
        }
    }

    private static Task task(TaskBlock block, Map<String, ?> arguments) {
        Task asked = TaskBlockFactory.asked(arguments);
        return asked == null ? Task.of(block.model().model().config()) : asked;
    }

    /** The translators of a model. */
    private record Translators(TaskModel model, Task task, TaskArguments arguments) {

        TaskTranslator<?, ?> of(Class<?> input, Class<?> output) throws IOException {
            if (input == QAInput.class) {
                return output == String.class ? answer() : answers();
            }
            if (input == ZeroShotClassificationInput.class) {
                return zeroShot();
            }
            if (input == StringPair.class) {
                return output == float[].class ? scores() : classifyPairs();
            }
            if (output == NamedEntity[].class) {
                return tag();
            }
            if (output == float[].class) {
                return embed();
            }
            if (output == String.class) {
                return generate();
            }
            if (output == Classifications[].class) {
                return TaskTranslator.of(fill());
            }
            return task == Task.FILL_MASK ? fillOne() : classify();
        }

        Translator<Input, Output> serving() throws IOException {
            return switch (task) {
                case FILL_MASK -> new TextClassificationServingTranslator(fillOne().wrapped());
                case TEXT_CLASSIFICATION ->
                        arguments.flag("reranking", false)
                                ? new CrossEncoderServingTranslator(scores().wrapped())
                                : new TextClassificationServingTranslator(classify().wrapped());
                case ZERO_SHOT_CLASSIFICATION ->
                        new ZeroShotClassificationServingTranslator(zeroShot().wrapped());
                case QUESTION_ANSWERING -> new QaServingTranslator(answer().wrapped());
                case TOKEN_CLASSIFICATION ->
                        new TokenClassificationServingTranslator(tag().wrapped());
                case TRANSLATION, TEXT_GENERATION ->
                        new GenerationServingTranslator(generator(), arguments::request);
                case TEXT_EMBEDDING -> new TextEmbeddingServingTranslator(embed().wrapped());
            };
        }

        private Function<List<String>, List<Classifications[]>> fill() {
            FillMask filler =
                    new FillMask(
                            model,
                            arguments.number("topK", 5),
                            arguments.list("targets", List.of()));
            return texts ->
                    filler.fill(texts).stream()
                            .map(
                                    masks ->
                                            masks.stream()
                                                    .map(Translators::classifications)
                                                    .toArray(Classifications[]::new))
                            .toList();
        }

        private static Classifications classifications(List<MaskPrediction> mask) {
            return new Classifications(
                    mask.stream().map(MaskPrediction::text).toList(),
                    mask.stream().map(MaskPrediction::score).toList());
        }

        private TaskTranslator<String, Classifications> fillOne() {
            Function<List<String>, List<Classifications[]>> fill = fill();
            return TaskTranslator.of(
                    texts -> fill.apply(texts).stream().map(Translators::only).toList());
        }

        private static Classifications only(Classifications[] masks) {
            if (masks.length != 1) {
                throw new IllegalArgumentException(
                        "a text must have one mask, got "
                                + masks.length
                                + "; with the output type Classifications[] it may have more");
            }
            return masks[0];
        }

        private TaskTranslator<String, Classifications> classify() {
            TextClassifier classifier = arguments.classifier(model);
            return TaskTranslator.of(
                    texts -> classes(classifier, texts.stream().map(TextPair::of).toList()));
        }

        private TaskTranslator<StringPair, Classifications> classifyPairs() {
            TextClassifier classifier = arguments.classifier(model);
            return TaskTranslator.of(pairs -> classes(classifier, texts(pairs)));
        }

        private TaskTranslator<StringPair, float[]> scores() {
            TextClassifier classifier =
                    arguments.text("function", null) == null
                            ? TextClassifier.crossEncoder(model)
                            : arguments.classifier(model);
            return TaskTranslator.of(
                    pairs ->
                            classifier.scores(texts(pairs)).stream()
                                    .map(Translators::floats)
                                    .toList());
        }

        private static List<TextPair> texts(List<StringPair> pairs) {
            return pairs.stream()
                    .map(pair -> new TextPair(pair.getKey(), pair.getValue()))
                    .toList();
        }

        private static List<Classifications> classes(
                TextClassifier classifier, List<TextPair> texts) {
            return classifier.classify(texts).stream()
                    .map(
                            ranked ->
                                    new Classifications(
                                            ranked.stream().map(LabelScore::label).toList(),
                                            ranked.stream().map(LabelScore::score).toList()))
                    .toList();
        }

        private static float[] floats(double[] values) {
            float[] floats = new float[values.length];
            for (int i = 0; i < values.length; i++) {
                floats[i] = (float) values[i];
            }
            return floats;
        }

        private TaskTranslator<ZeroShotClassificationInput, ZeroShotClassificationOutput>
                zeroShot() {
            ZeroShotClassifier classifier = new ZeroShotClassifier(model);
            return TaskTranslator.of(
                    inputs -> inputs.stream().map(input -> zeroShot(classifier, input)).toList());
        }

        private static ZeroShotClassificationOutput zeroShot(
                ZeroShotClassifier classifier, ZeroShotClassificationInput input) {
            if (input.getText() == null || input.getCandidates() == null) {
                throw new IllegalArgumentException(
                        "zero-shot classification needs text and candidate_labels");
            }
            String template = input.getHypothesisTemplate();
            List<LabelScore> ranked =
                    classifier.classify(
                            input.getText(),
                            List.of(input.getCandidates()),
                            template == null ? ZeroShotClassifier.TEMPLATE : template,
                            input.isMultiLabel());
            return new ZeroShotClassificationOutput(
                    input.getText(),
                    ranked.stream().map(LabelScore::label).toArray(String[]::new),
                    ranked.stream().mapToDouble(LabelScore::score).toArray());
        }

        private Function<QAInput, List<Answer>> answering() {
            QuestionAnswerer answerer = new QuestionAnswerer(model);
            AnswerOptions options = arguments.answers();
            return in -> answerer.answer(in.getQuestion(), in.getParagraph(), options);
        }

        private TaskTranslator<QAInput, String> answer() {
            Function<QAInput, List<Answer>> answering = answering();
            return TaskTranslator.of(
                    inputs ->
                            inputs.stream().map(in -> answering.apply(in).get(0).text()).toList());
        }

        private TaskTranslator<QAInput, Answer[]> answers() {
            Function<QAInput, List<Answer>> answering = answering();
            return TaskTranslator.of(
                    inputs ->
                            inputs.stream()
                                    .map(in -> answering.apply(in).toArray(Answer[]::new))
                                    .toList());
        }

        private TaskTranslator<String, NamedEntity[]> tag() {
            TokenTagger tagger = arguments.tagger(model);
            return TaskTranslator.of(
                    texts ->
                            tagger.tag(texts).stream()
                                    .map(
                                            found ->
                                                    found.stream()
                                                            .map(Translators::named)
                                                            .toArray(NamedEntity[]::new))
                                    .toList());
        }

        private static NamedEntity named(Entity entity) {
            return new NamedEntity(
                    entity.label(),
                    (float) entity.score(),
                    entity.index(),
                    entity.word(),
                    entity.start(),
                    entity.end());
        }

        private TextGenerator generator() {
            return TextGenerator.of(model.model(), model.tokenizer());
        }

        private TaskTranslator<String, String> generate() {
            TextGenerator generator = generator();
            GenerationRequest request = arguments.request().build();
            return TaskTranslator.of(
                    texts -> {
                        try {
                            return generator.generate(texts, request).stream()
                                    .map(found -> found.get(0).text())
                                    .toList();
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }

        private TaskTranslator<String, float[]> embed() throws IOException {
            Pooling pooling = arguments.pooling();
            TextEmbedder made =
                    pooling == null
                            ? new TextEmbedder(model)
                            : new TextEmbedder(model, pooling, arguments.flag("normalize", false));
            String name = arguments.text("promptName", null);
            String prompt = arguments.text("prompt", null);
            TextEmbedder named = name == null ? made : made.withPromptNamed(name);
            TextEmbedder embedder = prompt == null ? named : named.withPrompt(prompt);
            return TaskTranslator.of(embedder::embed);
        }
    }
}
