package org.attn4j.models.checkpoint;

/**
 * What may differ between a checkpoint and a model for loading to go on. Whatever is allowed is
 * still in the {@link LoadReport}.
 *
 * @param allowMissing whether parameters may have no tensor; they keep their values, or are
 *     initialised as new
 * @param allowUnused whether tensors may belong to no parameter
 * @param allowMisshapen whether tensors may have another shape than their parameter; they are not
 *     loaded
 */
public record Strictness(boolean allowMissing, boolean allowUnused, boolean allowMisshapen) {

    /** Every parameter has its tensor, of its shape, and no tensor is left. */
    public static final Strictness STRICT = new Strictness(false, false, false);

    /** Every parameter has its tensor; the file may hold more, such as the head of another task. */
    public static final Strictness ALLOW_UNUSED = new Strictness(false, true, false);

    /** What fits is loaded: a base model under a new head, for instance. */
    public static final Strictness LOAD_WHAT_FITS = new Strictness(true, true, true);
}
