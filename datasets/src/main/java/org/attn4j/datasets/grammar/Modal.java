package org.attn4j.datasets.grammar;

import java.util.List;

/** Modal verbs, used in the present. */
enum Modal {
    CAN("can", "can", "can't", List.of("peux", "peux", "peut", "pouvons", "peuvent")),
    MUST("must", "must", "mustn't", List.of("dois", "dois", "doit", "devons", "doivent")),
    WANT("want to", "wants to", null, List.of("veux", "veux", "veut", "voulons", "veulent"));

    private final String base;
    private final String third;
    private final String negated;
    private final List<String> french;

    Modal(String base, String third, String negated, List<String> french) {
        this.base = base;
        this.third = third;
        this.negated = negated;
        this.french = french;
    }

    String english(boolean thirdPerson) {
        return thirdPerson ? third : base;
    }

    /** The negated form, or null where "do" is needed. */
    String negated() {
        return negated;
    }

    String french(int person) {
        return french.get(person);
    }
}
