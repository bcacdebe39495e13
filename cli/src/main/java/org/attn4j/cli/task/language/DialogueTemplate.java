package org.attn4j.cli.task.language;

import org.attn4j.common.Require;
import org.attn4j.datasets.Dialogue;

/**
 * How what is said in a dialogue is written for a model: each text with {@code {text}} in its
 * place. What stands before the text of the assistant belongs to the prompt, and is not learned.
 *
 * @param system what the system says
 * @param user what the user asks
 * @param assistant what the assistant answers
 */
record DialogueTemplate(String system, String user, String assistant) {

    private static final String TEXT = "{text}";

    static final DialogueTemplate DEFAULT =
            new DialogueTemplate("{text}\n\n", "{text}\n", "{text}");

    DialogueTemplate {
        for (String template : new String[] {system, user, assistant}) {
            Require.that(
                    template.split("\\{text}", -1).length == 2,
                    "a template must hold {text} once, got '%s'",
                    template);
        }
    }

    /** What stands before a turn's text. */
    String before(Dialogue.Role role) {
        String template = of(role);
        return template.substring(0, template.indexOf(TEXT));
    }

    /** What stands behind it. */
    String behind(Dialogue.Role role) {
        String template = of(role);
        return template.substring(template.indexOf(TEXT) + TEXT.length());
    }

    private String of(Dialogue.Role role) {
        return switch (role) {
            case SYSTEM -> system;
            case USER -> user;
            case ASSISTANT -> assistant;
        };
    }
}
