package org.attn4j.models.generate;

/** How a hypothesis's log-probability is divided by its length before it is ranked. */
public enum LengthPenalty {
    /** {@code length^alpha}, as in Hugging Face's generation; alpha = 1 is the mean. */
    POWER {
        @Override
        public double divisor(int length, double alpha) {
            return Math.pow(length, alpha);
        }
    },
    /** {@code ((5 + length) / 6)^alpha} (Wu et al. 2016, "Google's NMT System", eq. 14). */
    GNMT {
        @Override
        public double divisor(int length, double alpha) {
            return Math.pow((5.0 + length) / 6.0, alpha);
        }
    };

    /**
     * Returns what a log-probability is divided by.
     *
     * @param length number of tokens, the end token included
     * @param alpha strength; 0 divides by one, larger values favour longer targets
     * @return the divisor
     */
    public abstract double divisor(int length, double alpha);
}
