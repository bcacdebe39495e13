package org.attn4j.cli.task.pairs;

import org.attn4j.common.Require;

/**
 * How a pair is written for a model that goes on with texts: {@code {text}} stands for the source
 * in the prompt and for the target in the answer, of which alone the model learns.
 *
 * @param prompt what the model goes on with
 * @param answer what it shall write, before its end token
 */
record PairTemplate(String prompt, String answer) {

    private static final String TEXT = "{text}";

    /** As GPT-2 was asked for summaries (Radford et al. 2019, section 3.6). */
    static final PairTemplate DEFAULT = new PairTemplate("{text}\nTL;DR:", " {text}");

    PairTemplate {
        for (String template : new String[] {prompt, answer}) {
            Require.that(
                    template.split("\\{text}", -1).length == 2,
                    "a template must hold {text} once, got '%s'",
                    template);
        }
    }

    String prompt(String source) {
        return prompt.replace(TEXT, source);
    }

    String answer(String target) {
        return answer.replace(TEXT, target);
    }
}
