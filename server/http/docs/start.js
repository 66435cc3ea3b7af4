/* global SwaggerUIBundle, document */

/** Shows the examples of an operation above its answers, one tab for each language. */
function codeSamplesPlugin(system) {
  const { createElement, useState } = system.React;

  function Samples({ samples }) {
    const [shown, setShown] = useState(0);
    const tabs = samples.map((sample, index) =>
      createElement(
        'button',
        {
          key: sample.label,
          type: 'button',
          role: 'tab',
          'aria-selected': index === shown,
          className: 'sample-tab',
          onClick: () => setShown(index),
        },
        sample.label,
      ),
    );
    return createElement(
      'section',
      { className: 'samples' },
      createElement(
        'div',
        { className: 'samples-bar' },
        createElement('h4', null, 'Example'),
        createElement('div', { role: 'tablist', 'aria-label': 'Language' }, tabs),
      ),
      createElement('pre', { className: 'sample-code', tabIndex: 0 }, samples[shown].source),
    );
  }

  return {
    wrapComponents: {
      responses: (Original, { specSelectors }) =>
        function ResponsesWithSamples(props) {
          const samples = specSelectors
            .specJson()
            .getIn(['paths', props.path, props.method, 'x-codeSamples']);
          return createElement(
            'div',
            null,
            samples ? createElement(Samples, { samples: samples.toJS() }) : null,
            createElement(Original, props),
          );
        },
    },
  };
}

SwaggerUIBundle({
  url: '/api/v1/openapi.json',
  domNode: document.getElementById('api'),
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [codeSamplesPlugin],
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  displayRequestDuration: true,
  persistAuthorization: false,
  validatorUrl: null,
});
