package org.attn4j.datasets;

import java.util.List;
import org.attn4j.common.Require;

/**
 * A conversation that a model shall learn to take part in, such as a prompt and its answer.
 *
 * @param turns what is said, in order; one at least is the assistant's
 */
public record Dialogue(List<Turn> turns) {

    /** Who speaks. */
    public enum Role {
        /** Says beforehand how the assistant shall be. */
        SYSTEM,
        /** Asks. */
        USER,
        /** Answers: this is what is learned. */
        ASSISTANT
    }

    /**
     * What one says at a time.
     *
     * @param role who speaks
     * @param text what is said
     */
    public record Turn(Role role, String text) {}

    public Dialogue {
        turns = List.copyOf(turns);
        Require.that(
                turns.stream().anyMatch(turn -> turn.role == Role.ASSISTANT),
                "a dialogue needs a turn of the assistant, got %s",
                turns);
    }

    /**
     * Returns a prompt with its answer.
     *
     * @param prompt what is asked
     * @param answer what is answered
     * @return the dialogue
     */
    public static Dialogue of(String prompt, String answer) {
        return new Dialogue(List.of(new Turn(Role.USER, prompt), new Turn(Role.ASSISTANT, answer)));
    }
}
