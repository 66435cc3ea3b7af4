import { Component, type ReactNode } from 'react';
import { Button } from './Button.tsx';

type Props = { children: ReactNode };
type State = { error: string | null; tries: number };

/** Whatever breaks while it is drawn ends here, and one click draws it anew: no reload, nothing lost. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { error: null, tries: 0 };

  static getDerivedStateFromError(error: unknown): Partial<State> {
    return { error: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    if (this.state.error === null) return <div key={this.state.tries}>{this.props.children}</div>;
    return (
      <div className="broken" role="alert">
        <h1>This part could not be shown</h1>
        <p>
          The sync itself runs on the server and is not touched by this. Show it again, or reload the
          extension.
        </p>
        <Button variant="primary" icon="retry" onClick={this.again}>
          Show it again
        </Button>
        <details>
          <summary>What happened</summary>
          <code>{this.state.error}</code>
        </details>
      </div>
    );
  }

  private readonly again = (): void => {
    this.setState(({ tries }) => ({ error: null, tries: tries + 1 }));
  };
}
