package org.attn4j.models.checkpoint.hub;

/** The model is there and the file is not: no fault where the file is optional. */
public final class HubFileMissingException extends HubException {

    private static final long serialVersionUID = 1L;

    HubFileMissingException(HubModel model, String file) {
        super("%s has no file %s: check the name and the revision".formatted(model, file));
    }
}
