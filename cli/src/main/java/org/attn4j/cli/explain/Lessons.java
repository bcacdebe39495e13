package org.attn4j.cli.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.attn4j.attention.spec.AttentionProvider;
import org.attn4j.attention.spec.MechanismInfo;
import org.attn4j.attention.spec.Mechanisms;
import org.attn4j.attention.spec.Nearest;

/** All lessons: one for each mechanism, and the pages that compare. */
final class Lessons {

    private static final List<Lesson> PAGES =
            List.of(
                    new WhyPage(),
                    new ScalingPage(),
                    new MaskedSelfPage(),
                    new CrossPage(),
                    new ArchitecturesPage());

    private Lessons() {}

    /** The pages first, then the mechanisms as {@code mechanisms} lists them. */
    static List<Lesson> all() {
        List<Lesson> all = new ArrayList<>(PAGES);
        Map<String, LessonText> texts = LessonText.read();
        for (AttentionProvider provider : Mechanisms.all()) {
            MechanismInfo info = provider.info();
            LessonText text = texts.get(info.name());
            if (text != null) { // a mechanism that others have added has none
                all.add(
                        info.slots().isEmpty()
                                ? new CompositeLesson(info, text)
                                : new MechanismLesson(info, text));
            }
        }
        return all;
    }

    static boolean isKnown(String name) {
        return all().stream().anyMatch(lesson -> lesson.name().equals(name));
    }

    static Lesson named(String name) {
        List<Lesson> all = all();
        return all.stream()
                .filter(lesson -> lesson.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "no lesson is called '%s'%s ('attn4j explain --list' shows all)"
                                                .formatted(
                                                        name,
                                                        Nearest.hint(
                                                                name,
                                                                all.stream()
                                                                        .map(Lesson::name)
                                                                        .toList()))));
    }
}
