package org.attn4j.models.task;

import java.util.Arrays;
import java.util.List;
import org.attn4j.common.Require;
import org.attn4j.models.generate.StopCriterion;
import org.attn4j.models.tokenizer.ModelTokenizer;

/**
 * Ends a sequence whose text has one of some strings, of which the last token brought the end.
 * Tokens may hold more than the string, and part of a character.
 */
final class StopStrings implements StopCriterion {

    private final ModelTokenizer tokenizer;
    private final List<String> strings;
    private final List<int[]> prompts;
    private final int window;

    /**
     * Creates a criterion.
     *
     * @param prompts the tokens before what is generated, in which a string may begin
     */
    StopStrings(ModelTokenizer tokenizer, List<String> strings, List<int[]> prompts) {
        Require.that(
                !strings.stream().anyMatch(String::isEmpty),
                "stop_strings must not be empty, got %s",
                strings);
        this.tokenizer = tokenizer;
        this.strings = strings;
        this.prompts = prompts;
        // A character takes four tokens at most, and some tokens have no text.
        window = 16 + 4 * strings.stream().mapToInt(String::length).max().orElse(0);
    }

    @Override
    public boolean stops(int input, int[] ids) {
        long[] last = last(prompts.get(input), ids);
        String after = tokenizer.decode(last, false, false);
        String before = tokenizer.decode(Arrays.copyOf(last, last.length - 1), false, false);
        int same = 0;
        while (same < Math.min(before.length(), after.length())
                && before.charAt(same) == after.charAt(same)) {
            same++;
        }
        for (String string : strings) {
            int at = after.indexOf(string, Math.max(0, same - string.length() + 1));
            if (at >= 0) {
                return true;
            }
        }
        return false;
    }

    private long[] last(int[] prompt, int[] ids) {
        int fromPrompt = Math.min(prompt.length, Math.max(0, window - ids.length));
        int fromIds = Math.min(ids.length, window);
        long[] last = new long[fromPrompt + fromIds];
        for (int i = 0; i < fromPrompt; i++) {
            last[i] = prompt[prompt.length - fromPrompt + i];
        }
        for (int i = 0; i < fromIds; i++) {
            last[fromPrompt + i] = ids[ids.length - fromIds + i];
        }
        return last;
    }
}
