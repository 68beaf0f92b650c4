package features

import (
	"fmt"

	jsonpatch "github.com/evanphx/json-patch/v5"

	"github.com/unleash-mock/unleash-mock/internal/nodejs/v8json"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/apierror"
	"github.com/unleash-mock/unleash-mock/mockserver/internal/engine"
)

type patchIn struct {
	in
	Operations engine.JSON `body:""`
}

// maxCopied is how many bytes a patch may copy: each copy of the whole doubles it.
const maxCopied = 1 << 20

// patched applies a JSON patch to what the API shows, and reads it into another. A real
// server answers a patch that does not apply with a 500; here it is a 400.
func patched(document, operations []byte, into any) error {
	patch, err := jsonpatch.DecodePatch(operations)
	if err != nil {
		return apierror.BadData(err.Error())
	}
	options := jsonpatch.NewApplyOptions()
	options.AllowMissingPathOnRemove = true
	options.AccumulatedCopySizeLimit = maxCopied
	changed, err := patch.ApplyWithOptions(document, options)
	if err != nil {
		return apierror.BadData(err.Error())
	}
	value, err := v8json.ParseOrdered(changed)
	if err != nil {
		return apierror.BadData(err.Error())
	}
	if problems := engine.Fill(into, value, nil, true); len(problems) > 0 {
		return apierror.BadData(fmt.Sprintf("%s %s", problems[0].Pointer(), problems[0].Message))
	}
	return nil
}

func patch(tx *engine.Tx, in patchIn) (out engine.Answer[answer], err error) {
	if Get(tx, in.Name) == nil {
		return out, noFlag()
	}
	before, err := in.find(tx)
	if err != nil {
		return out, err
	}
	var form struct {
		Description    *string `json:"description"`
		Type           string  `json:"type"`
		Stale          bool    `json:"stale"`
		ImpressionData bool    `json:"impressionData"`
	}
	if err := patched(engine.Append(nil, before), in.Operations, &form); err != nil {
		return out, err
	}
	after := *before
	after.Description, after.Type, after.Stale, after.ImpressionData = form.Description, form.Type, form.Stale, form.ImpressionData
	out.Value = answer{Flag: &after}
	return out, change(tx, before, &after)
}
