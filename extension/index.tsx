import { initializeBlock } from '@airtable/blocks/ui.js';
import { App } from './App.tsx';
import './style/tokens.css';
import './style/components.css';
import './style/screens.css';
import './style/work.css';
import './style/proof.css';

initializeBlock(() => <App />);
