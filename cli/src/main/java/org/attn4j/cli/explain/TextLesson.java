package org.attn4j.cli.explain;

import java.util.ArrayList;
import java.util.List;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.cli.report.Section;

/** A lesson on a mechanism, whose sentences stand in a {@link LessonText}. */
abstract class TextLesson implements Lesson {

    private static final List<String> HOW_TO_READ =
            List.of(
                    "How to read this page: a word is a row of numbers, its features, and a matrix stands behind it, as in q = x W. Above each table stands its name in the equations; its rows and columns have names, too, and where those are numbers they count features.",
                    "q · k is a sum of products, number by number; K^T is K with rows and columns exchanged; Σ_j adds up over all j; [a ; b] puts a and b one behind the other; e = 2.718.",
                    "Each table is what the block itself computed, shown with at most three digits, so what you work out from it may differ in the last one.");

    final MechanismInfo info;
    final LessonText text;

    TextLesson(MechanismInfo info, LessonText text) {
        this.info = info;
        this.text = text;
    }

    @Override
    public String name() {
        return info.name();
    }

    @Override
    public String summary() {
        return "%s (%s)".formatted(info.title(), info.paper());
    }

    @Override
    public String usualText() {
        return text.text();
    }

    @Override
    public int usualSize() {
        return text.usualSize();
    }

    @Override
    public int usualHeads() {
        return text.usualHeads();
    }

    /** What is said before and behind the steps. */
    Explanation framed(Setting setting, List<Section.Worked> steps) {
        List<String> intro = new ArrayList<>(text.background());
        intro.addAll(text.intro());
        if (setting.causal()) {
            intro.add(
                    "With --causal each word sees itself and those before it alone, as a model that writes a text does not know what comes.");
        }
        intro.addAll(HOW_TO_READ);
        List<Section.Worked> all = new ArrayList<>();
        all.add(said("What it is", intro, "", setting));
        all.addAll(steps);
        if (!text.outro().isEmpty()) {
            all.add(said("What to notice", text.outro(), "", setting));
        }
        String root = info.equation().contains("sqrt(H)") ? ", and sqrt(H) is √d_k" : "";
        all.add(
                said(
                        "Where it comes from",
                        List.of(
                                info.paper() + ".",
                                "All of it in one line, as 'attn4j mechanisms' has it. Papers mostly write a vector as a column, so that matrices stand before it, W x%s; some letters differ from those above."
                                        .formatted(root)),
                        info.equation(),
                        setting));
        return new Explanation(info.title(), all);
    }

    private static Section.Worked said(
            String title, List<String> sentences, String equation, Setting setting) {
        return new Section.Worked(
                title, sentences.stream().map(setting::filled).toList(), equation, List.of());
    }
}
