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
import org.attn4j.common.Require;
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
 *     transformers' {@code generate}; {@code beams}; {@code sourceLanguage}, {@code targetLanguage}, {@code
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

    private static final Map<Pair<Type, Type>, Making> TRANSLATORS =
            Map.ofEntries(
                    entry(String.class, Classifications.class, Translators::classesOrMask),
                    entry(String.class, Classifications[].class, Translators::fill),
                    entry(StringPair.class, Classifications.class, Translators::classifyPairs),
                    entry(StringPair.class, float[].class, Translators::scores),
                    entry(
                            ZeroShotClassificationInput.class,
                            ZeroShotClassificationOutput.class,
                            Translators::zeroShot),
                    entry(QAInput.class, String.class, Translators::answer),
                    entry(QAInput.class, Answer[].class, Translators::answers),
                    entry(String.class, NamedEntity[].class, Translators::tag),
                    entry(String.class, float[].class, Translators::embed),
                    entry(String.class, String.class, Translators::generate),
                    entry(Input.class, Output.class, Translators::serving));

    /** Makes the translator of two types. */
    private interface Making {
        Translator<?, ?> make(Translators translators) throws IOException;
    }

    private static Map.Entry<Pair<Type, Type>, Making> entry(
            Class<?> input, Class<?> output, Making making) {
        return Map.entry(new Pair<>(input, output), making);
    }

    /** Creates a factory; called by DJL. */
    public TaskTranslatorFactory() {}

    @Override
    public Set<Pair<Type, Type>> getSupportedTypes() {
        return TRANSLATORS.keySet();
    }

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
                    "the model's block must be made by %s: name it as the blockFactory"
                            .formatted(TaskBlockFactory.class.getName()));
        }
        try {
            Translators translators =
                    new Translators(
                            block.model(), task(block, arguments), new TaskArguments(arguments));
            Translator<?, ?> made =
                    TRANSLATORS.get(new Pair<Type, Type>(input, output)).make(translators);
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

        private TaskTranslator<String, Classifications[]> fill() {
            FillMask filler =
                    new FillMask(
                            model,
                            arguments.number("topK", 5),
                            arguments.list("targets", List.of()));
            Function<List<String>, List<List<List<MaskPrediction>>>> fill = filler::fill;
            return TaskTranslator.of(fill)
                    .andThen(
                            masks ->
                                    masks.stream()
                                            .map(Translators::predictions)
                                            .toArray(Classifications[]::new));
        }

        private static Classifications predictions(List<MaskPrediction> mask) {
            return new Classifications(
                    mask.stream().map(MaskPrediction::text).toList(),
                    mask.stream().map(MaskPrediction::score).toList());
        }

        private TaskTranslator<String, Classifications> fillOne() {
            return fill().andThen(Translators::only);
        }

        private static Classifications only(Classifications[] masks) {
            Require.that(
                    masks.length == 1,
                    "a text must have one mask, got %s; with the output type Classifications[] it"
                            + " may have more",
                    masks.length);
            return masks[0];
        }

        private TaskTranslator<String, Classifications> classesOrMask() {
            return task == Task.FILL_MASK ? fillOne() : classify();
        }

        private TaskTranslator<String, Classifications> classify() {
            TextClassifier classifier = arguments.classifier(model);
            return TaskTranslator.of(
                            (List<String> texts) ->
                                    classifier.classify(texts.stream().map(TextPair::of).toList()))
                    .andThen(Translators::classes);
        }

        private TaskTranslator<StringPair, Classifications> classifyPairs() {
            TextClassifier classifier = arguments.classifier(model);
            return TaskTranslator.of((List<StringPair> pairs) -> classifier.classify(texts(pairs)))
                    .andThen(Translators::classes);
        }

        private TaskTranslator<StringPair, float[]> scores() {
            TextClassifier classifier =
                    arguments.text("function", null) == null
                            ? TextClassifier.crossEncoder(model)
                            : arguments.classifier(model);
            return TaskTranslator.of((List<StringPair> pairs) -> classifier.scores(texts(pairs)))
                    .andThen(Translators::floats);
        }

        private static List<TextPair> texts(List<StringPair> pairs) {
            return pairs.stream()
                    .map(pair -> new TextPair(pair.getKey(), pair.getValue()))
                    .toList();
        }

        private static Classifications classes(List<LabelScore> ranked) {
            return new Classifications(
                    ranked.stream().map(LabelScore::label).toList(),
                    ranked.stream().map(LabelScore::score).toList());
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
            return TaskTranslator.each(input -> zeroShot(classifier, input));
        }

        private static ZeroShotClassificationOutput zeroShot(
                ZeroShotClassifier classifier, ZeroShotClassificationInput input) {
            Require.that(
                    input.getText() != null && input.getCandidates() != null,
                    "zero-shot classification needs text and candidate_labels");
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

        private TaskTranslator<QAInput, List<Answer>> answering() {
            QuestionAnswerer answerer = new QuestionAnswerer(model);
            AnswerOptions options = arguments.answers();
            return TaskTranslator.each(
                    in -> answerer.answer(in.getQuestion(), in.getParagraph(), options));
        }

        private TaskTranslator<QAInput, String> answer() {
            return answering().andThen(answers -> answers.get(0).text());
        }

        private TaskTranslator<QAInput, Answer[]> answers() {
            return answering().andThen(answers -> answers.toArray(Answer[]::new));
        }

        private TaskTranslator<String, NamedEntity[]> tag() {
            Function<List<String>, List<List<Entity>>> tag = arguments.tagger(model)::tag;
            return TaskTranslator.of(tag)
                    .andThen(
                            found ->
                                    found.stream()
                                            .map(Translators::named)
                                            .toArray(NamedEntity[]::new));
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
                            (List<String> texts) -> {
                                try {
                                    return generator.generate(texts, request);
                                } catch (IOException e) {
                                    throw new UncheckedIOException(e);
                                }
                            })
                    .andThen(found -> found.get(0).text());
        }

        private TaskTranslator<String, float[]> embed() throws IOException {
            Pooling pooling = arguments.pooling();
            String name = arguments.text("promptName", null);
            String prompt = arguments.text("prompt", null);
            TextEmbedder embedder =
                    pooling == null
                            ? new TextEmbedder(model)
                            : new TextEmbedder(model, pooling, arguments.flag("normalize", false));
            if (name != null) {
                embedder = embedder.withPromptNamed(name);
            }
            if (prompt != null) {
                embedder = embedder.withPrompt(prompt);
            }
            return TaskTranslator.of(embedder::embed);
        }
    }
}
