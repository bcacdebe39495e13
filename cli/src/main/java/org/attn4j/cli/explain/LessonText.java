package org.attn4j.cli.explain;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.annotations.SerializedName;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a lesson says about its mechanism; the numbers come of the block. Read from {@code
 * lessons.json}.
 *
 * @param name of the mechanism, or of a text that others refine
 * @param like the text that this one refines; null for none
 * @param text the words that it is worked on unless others are given
 * @param background what has to be known before, the same for its kind
 * @param intro what the mechanism is for and how it differs, a sentence or two each
 * @param cross whether a second sequence looks at the text, rather than the text at itself
 * @param positions whether positions are added to the embeddings
 * @param heads whether {@code --heads} counts
 * @param options options of the mechanism
 * @param stages what is said about its stages, in addition to what is said about them everywhere
 * @param outro what the reader may notice at the end
 * @param usualSize D unless another is given
 * @param usualHeads N unless others are given
 */
record LessonText(
        String name,
        String like,
        String text,
        List<String> background,
        List<String> intro,
        Boolean cross,
        Boolean positions,
        Boolean heads,
        Map<String, Object> options,
        Map<String, StageText> stages,
        List<String> outro,
        Integer usualSize,
        Integer usualHeads) {

    private static final Gson GSON =
            new GsonBuilder()
                    .registerTypeAdapter(ParameterText.class, new ParameterText.Reader())
                    .create();

    private record Document(
            Map<String, StageText> stages, @SerializedName("lessons") List<LessonText> texts) {}

    /** All texts by name, each complete. */
    static Map<String, LessonText> read() {
        try (Reader reader =
                new InputStreamReader(
                        LessonText.class.getResourceAsStream("lessons.json"),
                        StandardCharsets.UTF_8)) {
            Document document = GSON.fromJson(reader, Document.class);
            LessonText everywhere =
                    new LessonText(
                            "",
                            null,
                            "the cat sat",
                            List.of(),
                            List.of(),
                            false,
                            true,
                            true,
                            Map.of(),
                            document.stages,
                            List.of(),
                            4,
                            2);
            Map<String, LessonText> complete = new LinkedHashMap<>();
            for (LessonText text : document.texts) {
                LessonText base = text.like == null ? everywhere : complete.get(text.like);
                complete.put(text.name, text.over(base));
            }
            return complete;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private LessonText over(LessonText base) {
        Map<String, StageText> all = new LinkedHashMap<>(base.stages);
        if (stages != null) {
            stages.forEach(
                    (stage, said) ->
                            all.put(stage, said.over(all.getOrDefault(stage, StageText.NOTHING))));
        }
        return new LessonText(
                name,
                like,
                text == null ? base.text : text,
                background == null ? base.background : background,
                intro == null ? base.intro : intro,
                cross == null ? base.cross : cross,
                positions == null ? base.positions : positions,
                heads == null ? base.heads : heads,
                options == null ? base.options : options,
                all,
                outro == null ? base.outro : outro,
                usualSize == null ? base.usualSize : usualSize,
                usualHeads == null ? base.usualHeads : usualHeads);
    }
}
