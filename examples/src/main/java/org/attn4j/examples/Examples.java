package org.attn4j.examples;

import java.util.List;

/** The examples that {@code attn4j example} knows. */
public final class Examples {

    private static final List<Example> ALL =
            List.of( // one on a line
                    new HardAttentionExample(), //
                    new LocalAlignmentExample(), //
                    new AdaptiveSpanExample(), //
                    new SentinelExample(), //
                    new HierarchicalExample(), //
                    new TemporalExample(), //
                    new MemoryExample(), //
                    new LatentExample());

    private Examples() {}

    /**
     * Returns the examples.
     *
     * @return all of them, in the order to list them
     */
    public static List<Example> all() {
        return ALL;
    }

    /**
     * Returns an example by name.
     *
     * @param name what it is called
     * @return the example, or null if none is called so
     */
    public static Example named(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst().orElse(null);
    }
}
