package org.attn4j.cli.task.language;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attn4j.attention.capture.AttentionObserver;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.TrainingSamples;
import org.attn4j.cli.task.TrainingSamples.Sample;
import org.attn4j.cli.task.language.TextData.Split;
import org.attn4j.datasets.BatchingConfig;
import org.attn4j.datasets.Dialogue;
import org.attn4j.models.task.FillMask;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.MaskPrediction;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TeacherForcing;
import org.attn4j.models.task.TextGenerator;
import org.attn4j.models.tokenizer.EncodeOptions;

/** What a language model makes of the beginnings of its test data, for the page of a run. */
final class LanguageSamples {

    private static final int SAMPLES = 5;
    private static final int PROMPT_CHARACTERS = 60;
    private static final int NEW_TOKENS = 60;

    private LanguageSamples() {}

    /** A prompt, and how the data go on. */
    private record Prompt(String text, String next) {}

    /**
     * How a model goes on with texts, drawn by the seed of the run, or answers, by the likeliest.
     */
    static List<Section> continued(CausalConfig config, EvaluationRequest request)
            throws IOException {
        List<Prompt> prompts = prompts(config, Split.TEST);
        boolean drawn = !config.data().isDialogues();
        try (TextGenerator model = TextGenerator.load(request.model(), request.loader())) {
            return List.of(
                    Section.Table.of(
                            "Samples",
                            List.of("prompt", "data", "model"),
                            continued(prompts, model, drawn ? config.seed() : null).stream()
                                    .map(Sample::row)
                                    .toList()));
        }
    }

    /** How the model in training goes on with texts or answers, by the likeliest tokens. */
    static TrainingSamples continuing(CausalConfig config, TaskModel model) throws IOException {
        List<Prompt> prompts = TrainingSamples.first(prompts(config, Split.VALID));
        TextGenerator generator = TextGenerator.of(model.model(), model.tokenizer());
        return new TrainingSamples(
                () -> continued(prompts, generator, null),
                observer -> {
                    for (Prompt prompt : TrainingSamples.read(prompts)) {
                        read(model, prompt.text + prompt.next, config.batching(), observer);
                    }
                });
    }

    private static void read(
            TaskModel model, String text, BatchingConfig batching, AttentionObserver observer) {
        EncodeOptions options = EncodeOptions.upTo(batching.maxLength());
        TeacherForcing.observe(model, model.tokenizer().encode(text, options), observer);
    }

    private static List<Prompt> prompts(CausalConfig config, Split split) throws IOException {
        return config.data().isDialogues()
                ? questions(config, split)
                : beginnings(config.data(), split);
    }

    /**
     * How a model goes on with prompts.
     *
     * @param seed what its tokens are drawn by; null for the likeliest
     */
    private static List<Sample> continued(List<Prompt> prompts, TextGenerator model, Long seed)
            throws IOException {
        List<Sample> samples = new ArrayList<>();
        for (Prompt prompt : prompts) {
            int length = model.tokenizer().encode(prompt.text).length();
            int room = model.model().model().maxTokens().orElse(Integer.MAX_VALUE) - length;
            if (room > 0) {
                GenerationRequest.Builder asked =
                        GenerationRequest.builder().optMaxNewTokens(Math.min(NEW_TOKENS, room));
                if (seed != null) {
                    asked.optSampling(seed);
                }
                String text = model.generate(prompt.text, asked.build()).text();
                samples.add(new Sample(prompt.text, prompt.next, text));
            }
        }
        return samples;
    }

    /** Texts cut in two; a whole file at several places. */
    private static List<Prompt> beginnings(TextData data, Split split) throws IOException {
        List<Prompt> prompts = new ArrayList<>();
        for (String text : data.texts(split)) {
            int parts = data.isWhole() ? SAMPLES : 1;
            for (int part = 0; part < parts && prompts.size() < SAMPLES; part++) {
                int from = lineAt(text, (int) ((long) text.length() * part / parts));
                int cut = Math.min(from + PROMPT_CHARACTERS, (from + text.length()) / 2);
                cut = text.offsetByCodePoints(from, text.codePointCount(from, cut));
                int end = Math.min(text.length(), cut + 2 * PROMPT_CHARACTERS);
                if (cut > from) {
                    prompts.add(new Prompt(text.substring(from, cut), text.substring(cut, end)));
                }
            }
        }
        return prompts;
    }

    /** Where the first line begins at or behind a position. */
    private static int lineAt(String text, int position) {
        int end = position == 0 ? -1 : text.indexOf('\n', position - 1);
        return position == 0 || end < 0 ? position : end + 1;
    }

    private static List<Prompt> questions(CausalConfig config, Split split) throws IOException {
        List<Prompt> prompts = new ArrayList<>();
        DialogueTemplate template = config.template();
        for (Dialogue dialogue : config.data().dialogues(split)) {
            StringBuilder prompt = new StringBuilder();
            for (Dialogue.Turn turn : dialogue.turns()) {
                prompt.append(template.before(turn.role()));
                if (turn.role() == Dialogue.Role.ASSISTANT) {
                    prompts.add(new Prompt(prompt.toString(), turn.text()));
                    break;
                }
                prompt.append(turn.text()).append(template.behind(turn.role()));
            }
            if (prompts.size() == SAMPLES) {
                break;
            }
        }
        return prompts;
    }

    /** A text whose longest word is hidden. */
    private record Hidden(String text, String word) {}

    /** What a model puts in place of the longest word of texts. */
    static List<Section> filled(MaskedConfig config, EvaluationRequest request) throws IOException {
        try (TaskModel model = TaskModel.load(Task.FILL_MASK, request.model(), request.loader())) {
            List<Hidden> texts = hidden(config, Split.TEST, model);
            return List.of(
                    new Section.Table(
                            "Samples",
                            "The five likeliest tokens for the longest word of a text.",
                            List.of("text", "word", "model"),
                            filled(texts, model).stream().map(Sample::row).toList(),
                            Set.of()));
        }
    }

    /** What the model in training puts in place of the longest word of texts. */
    static TrainingSamples filling(MaskedConfig config, TaskModel model) throws IOException {
        List<Hidden> texts = TrainingSamples.first(hidden(config, Split.VALID, model));
        return new TrainingSamples(
                () -> filled(texts, model),
                observer -> {
                    for (Hidden hidden : TrainingSamples.read(texts)) {
                        read(model, hidden.text, config.batching(), observer);
                    }
                });
    }

    private static List<Hidden> hidden(MaskedConfig config, Split split, TaskModel model)
            throws IOException {
        String mask = new FillMask(model).mask();
        List<Hidden> texts = new ArrayList<>();
        for (String text : config.data().texts(split)) {
            String word =
                    List.of(text.split("\\s+")).stream()
                            .max(Comparator.comparingInt(String::length))
                            .orElse("");
            String masked = text.replaceFirst(Pattern.quote(word), mask);
            if (!word.isEmpty() && room(model, masked, config)) {
                texts.add(new Hidden(masked, word));
            }
            if (texts.size() == SAMPLES) {
                break;
            }
        }
        return texts;
    }

    private static List<Sample> filled(List<Hidden> texts, TaskModel model) {
        FillMask filler = new FillMask(model);
        List<Sample> samples = new ArrayList<>();
        for (Hidden hidden : texts) {
            List<MaskPrediction> best = filler.fill(hidden.text).get(0);
            String tokens = String.join(", ", best.stream().map(MaskPrediction::text).toList());
            samples.add(new Sample(hidden.text, hidden.word, tokens));
        }
        return samples;
    }

    private static boolean room(TaskModel model, String text, MaskedConfig config) {
        return model.tokenizer().encode(text).length() <= config.batching().maxLength();
    }
}
