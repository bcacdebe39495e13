package org.attn4j.cli.task.language;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.attn4j.cli.report.Section;
import org.attn4j.cli.task.EvaluationRequest;
import org.attn4j.cli.task.language.TextData.Split;
import org.attn4j.datasets.Dialogue;
import org.attn4j.models.task.FillMask;
import org.attn4j.models.task.GenerationRequest;
import org.attn4j.models.task.MaskPrediction;
import org.attn4j.models.task.Task;
import org.attn4j.models.task.TaskModel;
import org.attn4j.models.task.TextGenerator;

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
        List<Prompt> prompts =
                config.data().isDialogues() ? questions(config) : beginnings(config.data());
        List<List<String>> rows = new ArrayList<>();
        try (TextGenerator model = TextGenerator.load(request.model(), request.loader())) {
            for (Prompt prompt : prompts) {
                int length = model.tokenizer().encode(prompt.text).length();
                int room = model.model().model().maxTokens().orElse(Integer.MAX_VALUE) - length;
                if (room > 0) {
                    GenerationRequest.Builder asked =
                            GenerationRequest.builder().optMaxNewTokens(Math.min(NEW_TOKENS, room));
                    if (!config.data().isDialogues()) {
                        asked.optSampling(config.seed());
                    }
                    String text = model.generate(prompt.text, asked.build()).text();
                    rows.add(List.of(prompt.text, text, prompt.next));
                }
            }
        }
        return List.of(Section.Table.of("Samples", List.of("prompt", "model", "data"), rows));
    }

    /** Texts cut in two; a whole file at several places. */
    private static List<Prompt> beginnings(TextData data) throws IOException {
        List<Prompt> prompts = new ArrayList<>();
        for (String text : data.texts(Split.TEST)) {
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

    private static List<Prompt> questions(CausalConfig config) throws IOException {
        List<Prompt> prompts = new ArrayList<>();
        DialogueTemplate template = config.template();
        for (Dialogue dialogue : config.data().dialogues(Split.TEST)) {
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

    /** What a model puts in place of the longest word of texts. */
    static List<Section> filled(MaskedConfig config, EvaluationRequest request) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        try (TaskModel model = TaskModel.load(Task.FILL_MASK, request.model(), request.loader())) {
            FillMask filler = new FillMask(model);
            for (String text : config.data().texts(Split.TEST)) {
                String word =
                        List.of(text.split("\\s+")).stream()
                                .max(Comparator.comparingInt(String::length))
                                .orElse("");
                String masked = text.replaceFirst(Pattern.quote(word), filler.mask());
                if (!word.isEmpty() && room(model, masked, config)) {
                    List<MaskPrediction> best = filler.fill(masked).get(0);
                    String tokens =
                            String.join(", ", best.stream().map(MaskPrediction::text).toList());
                    rows.add(List.of(masked, tokens, word));
                }
                if (rows.size() == SAMPLES) {
                    break;
                }
            }
        }
        return List.of(
                new Section.Table(
                        "Samples",
                        "The five likeliest tokens for the longest word of a text.",
                        List.of("text", "model", "word"),
                        rows,
                        Set.of()));
    }

    private static boolean room(TaskModel model, String text, MaskedConfig config) {
        return model.tokenizer().encode(text).length() <= config.batching().maxLength();
    }
}
