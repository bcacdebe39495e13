package org.attn4j.cli.task.language;

import ai.djl.Model;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.ModelSection;
import org.attn4j.cli.task.PreparedRun;
import org.attn4j.cli.task.RunContext;
import org.attn4j.cli.task.TaskEvaluation;
import org.attn4j.cli.task.TrainingTask;
import org.attn4j.cli.task.language.CausalConfig.Packing;
import org.attn4j.cli.task.language.TextData.Split;
import org.attn4j.models.metric.Perplexity;
import org.attn4j.models.model.LoadedModel;
import org.attn4j.models.model.head.Losses;
import org.attn4j.models.model.head.ModelWithHead;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.tokenizer.ModelTokenizer;
import org.attn4j.models.tokenizer.SpecialTokens;
import org.attn4j.models.training.LabelSmoothedCrossEntropy;
import org.attn4j.models.training.LossValidator;
import org.attn4j.models.training.NamedBlock;
import org.attn4j.models.training.SequenceTrainer;
import org.attn4j.models.training.Validator;

/**
 * Causal language models: decoder-only ones, on texts or on the answers of dialogues, measured by
 * perplexity and by bits per character.
 */
public final class CausalTask implements TrainingTask<CausalConfig> {

    private static final String ENDING = "ForCausalLM|LMHeadModel";
    private static final String BITS = "bits_per_character";

    @Override
    public String name() {
        return "causal-lm";
    }

    @Override
    public CausalConfig bind(Map<String, Object> tree, String file) {
        return CausalConfig.bind(tree, file);
    }

    @Override
    public void checkData(CausalConfig config) throws IOException {
        config.data().check();
    }

    @Override
    public PreparedRun prepare(CausalConfig config, RunContext context) throws IOException {
        // What one stream begins with is no text of its own.
        boolean start = config.packing() != Packing.STREAM;
        RunTokenizer tokenizer =
                RunTokenizer.open(
                        config.tokenizer(),
                        config.model(),
                        context,
                        new RunTokenizer.Style(SpecialTokens.DEFAULT, start, false),
                        () -> config.data().written(Split.TRAIN, config.template()));
        Model holder = context.newModel(config);
        LoadedModel model = tokenizer.model(config.model(), context, holder.getNDManager(), ENDING);
        ModelSection.requirePositions(model, config.batching());
        boolean positions = takesPositions(model);
        CausalExamples train = CausalExamples.of(config, Split.TRAIN, tokenizer, positions);
        CausalExamples valid = CausalExamples.of(config, Split.VALID, tokenizer, positions);
        SequenceTrainer trainer =
                context.trainer(
                        holder,
                        new NamedBlock(model.model(), train.inputs(), List.of("logits")),
                        new LabelSmoothedCrossEntropy(
                                (float) config.training().labelSmoothing(), Losses.IGNORED),
                        config,
                        train.batches()::batchCount,
                        RunTokenizer.modelSize(model));
        trainer.initialize(new Shape(1, 1));
        return new PreparedRun(
                trainer,
                train.batches()::batches,
                model.exact(),
                validator(valid),
                Map.of(
                        "data", config.data().toString(),
                        "tokenizer", config.tokenizer().toString(),
                        "packing", config.packing().toString(),
                        "batching", config.batching().toString()),
                LanguageSamples.continuing(config, new TaskModel(model, tokenizer.tokenizer())),
                List.of(holder, tokenizer));
    }

    private static boolean takesPositions(LoadedModel model) {
        return model.model(ModelWithHead.class).base().inputNames().contains("position_ids");
    }

    private static Validator validator(CausalExamples valid) {
        Validator loss = new LossValidator(valid.batches()::batches, Losses.IGNORED);
        return (trainer, stop) -> {
            Map<String, Double> scores = new LinkedHashMap<>(loss.validate(trainer, stop));
            if (!scores.isEmpty()) {
                scores.put(BITS, bits(scores.get("loss") * valid.tokens(), valid));
            }
            return scores;
        };
    }

    /** From the nats of all tokens to the bits of each character that they stand for. */
    private static double bits(double nats, CausalExamples of) {
        return nats / Math.log(2) / of.characters();
    }

    @Override
    public List<Section> sections(CausalConfig config, EvaluationRequest request)
            throws IOException {
        return LanguageSamples.continued(config, request);
    }

    @Override
    public TaskEvaluation evaluate(CausalConfig config, EvaluationRequest request)
            throws IOException {
        request.requireAll(name());
        Split split = request.part(Split.TEST, Split.VALID);
        try (LoadedModel model = request.loader().load(request.model());
                RunTokenizer tokenizer =
                        new RunTokenizer(ModelTokenizer.load(request.model()), List.of())) {
            ModelSection.requirePositions(model, config.batching());
            CausalExamples test =
                    CausalExamples.of(config, split, tokenizer, takesPositions(model));
            Perplexity perplexity =
                    LanguageScores.of(
                                    model,
                                    test.inputs(),
                                    test.batches(),
                                    request.begun(test.batches().size()))
                            .perplexity();
            double bits = bits(perplexity.negativeLogLikelihood(), test);
            Map<String, Object> metrics = new LinkedHashMap<>();
            metrics.put("perplexity", perplexity.toMap());
            metrics.put(BITS, Map.of("score", bits, "characters", test.characters()));
            return new TaskEvaluation(
                    config.data().name(split),
                    test.texts(),
                    List.of(),
                    List.of(
                            perplexity.formatWithSignature(),
                            String.format(
                                    Locale.ROOT,
                                    "bits per character = %.4f (%.4f nats, %s characters)",
                                    bits,
                                    bits * Math.log(2),
                                    test.characters())),
                    metrics);
        }
    }
}
